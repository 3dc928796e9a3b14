// Sends one client back what it says, in capitals, until it has said everything.
#include <ctype.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  char bytes[100];
  const int client = accept(3, NULL, NULL);
  if (client < 0) {
    perror("accept");
    return 1;
  }
  for (ssize_t count; (count = recv(client, bytes, sizeof bytes, 0)) > 0;) {
    for (ssize_t i = 0; i < count; i++) bytes[i] = toupper(bytes[i]);
    if (send(client, bytes, count, 0) != count) return 2;
  }
  shutdown(client, SHUT_RDWR);
  return close(client);
}
