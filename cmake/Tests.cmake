# guidanced_test(name SOURCES … LINK base value …): a cmocka program `test_<name>` and its ctest.
# LINK names modules; each module's objects and libraries are linked in.
function(guidanced_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LIBRARIES;ARGS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE guidanced_compile PkgConfig::CMOCKA ${ARG_LIBRARIES})
  foreach(module IN LISTS ARG_LINK)
    target_sources(test_${name} PRIVATE $<TARGET_OBJECTS:guidanced_${module}>)
    target_link_libraries(test_${name} PRIVATE guidanced_${module})
  endforeach()
  add_test(NAME ${name} COMMAND test_${name} ${ARG_ARGS}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120)
endfunction()
