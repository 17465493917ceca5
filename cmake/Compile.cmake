# How every target of ours is compiled: one interface library, no global flags.
add_library(guidanced_compile INTERFACE)
target_compile_features(guidanced_compile INTERFACE c_std_17)
target_compile_definitions(guidanced_compile INTERFACE _GNU_SOURCE
                           GUIDANCED_VERSION="${PROJECT_VERSION}")
target_include_directories(guidanced_compile INTERFACE ${PROJECT_SOURCE_DIR}/lib
                           ${PROJECT_SOURCE_DIR})
target_compile_options(guidanced_compile INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wvla -Wformat=2 -fno-common -fstack-protector-strong -fPIE
  $<$<BOOL:${GUIDANCED_WERROR}>:-Werror>
  $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>
  $<$<AND:$<C_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-fstack-clash-protection>)
target_link_options(guidanced_compile INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)

# guidanced_module(name SOURCES … LINK …): an object library a module. A module's tests link only
# what the module may use, so a call against the direction of dependency fails at link time.
function(guidanced_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(guidanced_${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(guidanced_${name} PUBLIC guidanced_compile ${ARG_LINK})
endfunction()
