// An outside project: it knows Sluice only as installed. This is all of its program; its policy is in lifo.cpp.
#include <simulator/app/main.hpp>

extern const sluice::PriorityEntry lifo;

int main(int c, char** v) {
  auto p = sluice::builtin_policies();
  p.add(lifo);
  return sluice::main(c, v, p);
}
