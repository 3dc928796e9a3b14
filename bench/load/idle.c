// A program that does nothing, for modules that are only loaded.
int main(void) { return 0; }
