# One CMake target a folder. `sluice_library(conf SOURCES ... HEADERS ... DEPENDS sluice::base)` makes
# `sluice::conf`, with the project's warnings (private) and its install rules.
add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  $<$<BOOL:${SLUICE_WERROR}>:-Werror>)

function(sluice_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;DEPENDS;PRIVATE_DEPENDS")
  add_library(sluice_${name} STATIC ${arg_SOURCES})
  add_library(sluice::${name} ALIAS sluice_${name})
  set_target_properties(sluice_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(sluice_${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  target_compile_features(sluice_${name} PUBLIC cxx_std_20)
  # Same bytes from every compiler: no fused multiply-add.
  target_compile_options(sluice_${name} PRIVATE -ffp-contract=off)
  target_link_libraries(sluice_${name}
    PUBLIC ${arg_DEPENDS}
    PRIVATE $<BUILD_INTERFACE:sluice_warnings> ${arg_PRIVATE_DEPENDS})
  install(TARGETS sluice_${name} EXPORT sluiceTargets
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sluice")
endfunction()
