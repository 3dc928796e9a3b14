// A database in memory: tables are filled, indexed, joined, grouped, changed and checked.
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "job.h"

static sqlite3* database;
static uint64_t result = kDigest;
static unsigned rows;

static int take_row(void* unused, int columns, char** values, char** names) {
  (void)unused;
  (void)names;
  for (int i = 0; i < columns; ++i)
    if (values[i] != NULL) result = digest(result, values[i], strlen(values[i]) + 1);
  ++rows;
  return 0;
}

static void execute(const char* sql) {
  char* error = NULL;
  rows = 0;
  if (sqlite3_exec(database, sql, take_row, NULL, &error) != SQLITE_OK) expect(0, error);
  if (rows > 0) printf("%u rows, %016llx\n", rows, (unsigned long long)result);
}

static sqlite3_stmt* prepare(const char* sql) {
  sqlite3_stmt* statement;
  expect(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK, sql);
  return statement;
}

static void fill(const char* text, size_t size) {
  uint32_t seed = 17;
  execute("begin");
  sqlite3_stmt* customer = prepare("insert into customer values (?, ?, ?)");
  for (int i = 1; i <= WORK / 10; ++i) {
    sqlite3_bind_int(customer, 1, i);
    sqlite3_bind_text(customer, 2, text + next_random(&seed) % (size - 40), 20, SQLITE_STATIC);
    sqlite3_bind_int(customer, 3, next_random(&seed) % 25);
    expect(sqlite3_step(customer) == SQLITE_DONE, "no customer");
    sqlite3_reset(customer);
  }
  sqlite3_stmt* sale =
      prepare("insert into sale (customer, item, amount, price) values (?, ?, ?, ?)");
  for (int i = 1; i <= WORK; ++i) {
    sqlite3_bind_int(sale, 1, 1 + next_random(&seed) % (WORK / 10));
    sqlite3_bind_text(sale, 2, text + next_random(&seed) % (size - 40), 8, SQLITE_STATIC);
    sqlite3_bind_int(sale, 3, 1 + next_random(&seed) % 9);
    sqlite3_bind_double(sale, 4, (next_random(&seed) % 10000) / 64.0);
    expect(sqlite3_step(sale) == SQLITE_DONE, "no sale");
    sqlite3_reset(sale);
  }
  sqlite3_finalize(customer);
  sqlite3_finalize(sale);
  execute("commit");
}

int main(void) {
  enum { kText = 20000 };
  char* text = allocate(kText);
  make_text(text, kText, 19);
  expect(sqlite3_open(":memory:", &database) == SQLITE_OK, "no database");
  execute("create table customer (id integer primary key, name text, country integer)");
  execute(
      "create table sale (id integer primary key, customer integer, item text,"
      " amount integer, price real)");
  fill(text, kText);
  execute(
      "select country, count(*), round(sum(amount * price), 3), max(item) from sale"
      " join customer on customer.id = sale.customer group by country order by country");
  execute("create index sale_customer on sale (customer, amount)");
  execute("create index customer_name on customer (name collate nocase)");
  execute(
      "select c.name, (select sum(amount) from sale where customer = c.id) as total"
      " from customer c where c.name > 'm' order by total desc, c.name limit 50");
  execute(
      "select a.id, b.id from sale a join sale b on a.customer = b.customer"
      " and a.amount = b.amount and a.id < b.id where a.item like '%ta%' order by 1, 2 limit 500");
  execute(
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)"
      " select sum(i * i % 7), group_concat(distinct i % 11) from n");
  execute("update sale set price = price * 2, item = upper(item) where customer % 7 = 3");
  execute("delete from sale where id % 5 = 0");
  execute(
      "select item, amount, rank() over (partition by amount order by price desc, id) as place"
      " from sale order by place, amount, id limit 200");
  execute(
      "select count(*), round(sum(price), 3), group_concat(substr(item, 1, 1), '') from"
      " (select price, item from sale order by item, id limit 1000)");
  execute("pragma integrity_check");
  sqlite3_close(database);
  return 0;
}
