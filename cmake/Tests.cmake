# guidanced_test(name SOURCES … LINK …): a cmocka program `test_<name>` and its ctest. LINK names
# modules; those they use are linked in as well.
function(guidanced_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LIBRARIES;ARGS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE guidanced_compile PkgConfig::CMOCKA ${ARG_LIBRARIES})
  guidanced_link(test_${name} ${ARG_LINK})
  add_test(NAME ${name} COMMAND test_${name} ${ARG_ARGS}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  # qemu takes five times as long.
  set_tests_properties(${name} PROPERTIES TIMEOUT $<IF:$<BOOL:${CMAKE_CROSSCOMPILING}>,600,120>)
endfunction()
