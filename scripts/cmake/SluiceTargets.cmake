# What a folder's CMakeLists.txt says: one target a folder, its needs, nothing about compilers.
#
#   sluice_library(conf SOURCES ... HEADERS ... DEPENDS sluice::base [PRIVATE_DEPENDS ...])
#     makes sluice::conf, with the project's warnings (private), its install and its export.
#     Without SOURCES it is headers only.
#   sluice_program(sluice SOURCES ... DEPENDS sluice::app)
#     makes the program build/<preset>/bin/sluice and its install.
#   sluice_package(fmt), sluice_export()
#     only in the root: finds a package for all folders; writes what find_package(sluice) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  # GCC 12 sees these four in the string code of its own library, where there is nothing (GCC bugs 105329, 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overflow;-Wno-array-bounds;-Wno-maybe-uninitialized>
  $<$<BOOL:${SLUICE_WERROR}>:-Werror>)

function(sluice_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;DEPENDS;PRIVATE_DEPENDS")
  set(kind STATIC)
  set(public PUBLIC)
  if(NOT arg_SOURCES)  # headers only
    set(kind INTERFACE)
    set(public INTERFACE)
  endif()
  add_library(sluice_${name} ${kind} ${arg_SOURCES})
  add_library(sluice::${name} ALIAS sluice_${name})
  set_target_properties(sluice_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(sluice_${name} ${public} FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  target_compile_features(sluice_${name} ${public} cxx_std_20)
  target_link_libraries(sluice_${name} ${public} ${arg_DEPENDS})
  if(arg_SOURCES)
    # Same bytes from every compiler: no fused multiply-add.
    target_compile_options(sluice_${name} PRIVATE -ffp-contract=off)
    target_link_libraries(sluice_${name} PRIVATE $<BUILD_INTERFACE:sluice_warnings> ${arg_PRIVATE_DEPENDS})
  endif()
  install(TARGETS sluice_${name} EXPORT sluiceTargets
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/sluice")
  set_property(GLOBAL APPEND PROPERTY SLUICE_INSTALLED sluice_${name})
endfunction()

function(sluice_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} sluice_warnings)
  install(TARGETS ${name})
  set_property(GLOBAL APPEND PROPERTY SLUICE_INSTALLED ${name})
endfunction()

macro(sluice_package)
  find_package(${ARGV} REQUIRED)
  string(REPLACE ";" " " sluice_package_arguments "${ARGV}")
  set_property(GLOBAL APPEND_STRING PROPERTY SLUICE_DEPENDENCIES "find_dependency(${sluice_package_arguments})\n")
endmacro()

function(sluice_export)
  set(folder "${CMAKE_INSTALL_LIBDIR}/cmake/sluice")
  get_property(SLUICE_DEPENDENCIES GLOBAL PROPERTY SLUICE_DEPENDENCIES)
  configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/scripts/cmake/sluiceConfig.cmake.in" "${PROJECT_BINARY_DIR}/sluiceConfig.cmake"
    INSTALL_DESTINATION "${folder}")
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(EXPORT sluiceTargets NAMESPACE sluice:: DESTINATION "${folder}")
  install(FILES "${PROJECT_BINARY_DIR}/sluiceConfig.cmake" "${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake"
    DESTINATION "${folder}")
endfunction()
