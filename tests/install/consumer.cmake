# Run by CTest with BUILD, CONFIG, GENERATOR, COMPILER and FLAGS: install, configure, build and run an outside project.
set(work "${BUILD}/tests/install-work")
file(REMOVE_RECURSE "${work}")

function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "failed (${result}): ${command}\n${output}")
  endif()
endfunction()

step("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${work}/prefix" --config "${CONFIG}")
step("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${work}/build" -G "${GENERATOR}"
  "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
  "-DCMAKE_BUILD_TYPE=${CONFIG}")
step("${CMAKE_COMMAND}" --build "${work}/build")

# The outside policy is in the catalogue, and it decides: the last submitted of the two that wait starts first.
step("${work}/build/consumer" run --cluster pool:1 --workload "${CMAKE_CURRENT_LIST_DIR}/consumer/jobs.csv"
  --set SchedulerType=sched/fcfs --set PriorityType=priority/lifo --out "${work}/results" --quiet)
file(STRINGS "${work}/results/jobs.csv" rows REGEX "^third,")
if(NOT rows MATCHES "^third,,,,pool,2,2,100,200,COMPLETED,")
  message(FATAL_ERROR "priority/lifo did not start the third job at 100: ${rows}")
endif()
