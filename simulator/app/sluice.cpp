#include "simulator/app/main.hpp"

int main(int argc, char** argv) { return sluice::main(argc, argv, sluice::builtin_policies()); }
