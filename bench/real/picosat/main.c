// Decides whether formulas can be satisfied: random ones of the hardest density, and pigeons in
// too few holes.
#include <picosat.h>
#include <stdio.h>

#include "job.h"

static void random_formula(PicoSAT* solver, int variables, int clauses, uint32_t seed) {
  for (int i = 0; i < clauses; ++i) {
    for (int j = 0; j < 3; ++j) {
      const int variable = 1 + (int)(next_random(&seed) % (uint32_t)variables);
      picosat_add(solver, next_random(&seed) & 1 ? variable : -variable);
    }
    picosat_add(solver, 0);
  }
}

static void pigeons(PicoSAT* solver, int holes) {
  for (int pigeon = 0; pigeon <= holes; ++pigeon) {
    for (int hole = 1; hole <= holes; ++hole) picosat_add(solver, pigeon * holes + hole);
    picosat_add(solver, 0);
  }
  for (int hole = 1; hole <= holes; ++hole)
    for (int one = 0; one <= holes; ++one)
      for (int other = 0; other < one; ++other) {
        picosat_add(solver, -(one * holes + hole));
        picosat_add(solver, -(other * holes + hole));
        picosat_add(solver, 0);
      }
}

static void solve(PicoSAT* solver) {
  const int answer = picosat_sat(solver, -1);
  uint64_t model = kDigest;
  for (int i = 1; answer == PICOSAT_SATISFIABLE && i <= picosat_variables(solver); ++i) {
    const int value = picosat_deref(solver, i);
    model = digest(model, &value, sizeof value);
  }
  printf("%d after %llu decisions, %016llx\n", answer, picosat_decisions(solver),
         (unsigned long long)model);
  picosat_reset(solver);
}

int main(void) {
  for (uint32_t seed = 1; seed <= WORK; ++seed) {
    PicoSAT* solver = picosat_init();
    random_formula(solver, 150, 640, seed);
    solve(solver);
  }
  PicoSAT* solver = picosat_init();
  pigeons(solver, 7);
  solve(solver);
  return 0;
}
