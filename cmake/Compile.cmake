# How every target of ours is compiled: one interface library, no global flags.

# Returns are checked by the processor: shadow stacks on amd64, signed addresses on arm64. Targets of
# indirect calls are marked on arm64 only: Linux checks them for no program on amd64, and Debian's
# libmicrohttpd.a has no marks. It is plain C, so -z shstk may speak for it.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64)$")
  set(GUIDANCED_RETURNS -fcf-protection=return)
  set(GUIDANCED_RETURNS_LINK -Wl,-z,shstk)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(GUIDANCED_RETURNS -mbranch-protection=standard)
endif()

add_library(guidanced_compile INTERFACE)
target_compile_features(guidanced_compile INTERFACE c_std_17)
target_compile_definitions(guidanced_compile INTERFACE _GNU_SOURCE
                           GUIDANCED_VERSION="${PROJECT_VERSION}"
                           $<$<NOT:$<CONFIG:Release,RelWithDebInfo>>:GUIDANCED_INVARIANTS>)
target_include_directories(guidanced_compile INTERFACE ${PROJECT_SOURCE_DIR}/lib
                           ${PROJECT_SOURCE_DIR})
target_compile_options(guidanced_compile INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wvla -Wformat=2 -fno-common -fstack-protector-strong -fPIE ${GUIDANCED_RETURNS}
  # JavaScript rounds after each operation, so no fused a*b+c, which gcc would use on arm64.
  -ffp-contract=off
  $<$<BOOL:${GUIDANCED_WERROR}>:-Werror>
  $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>
  $<$<AND:$<C_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-fstack-clash-protection>)
target_link_options(guidanced_compile INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack
                    ${GUIDANCED_RETURNS_LINK})

# guidanced_module(name SOURCES … PUBLIC … USES … LINK …): an object library a module. PUBLIC names
# headers that other modules may include besides the one named like the folder, USES the modules it
# may use. Linking a module brings those and what they use, and nothing else, so a call against the
# direction of dependency fails at link time.
function(guidanced_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;USES;LINK" ${ARGN})
  add_library(guidanced_${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(guidanced_${name} PUBLIC guidanced_compile ${ARG_LINK})
  set(closure ${ARG_USES})
  foreach(used IN LISTS ARG_USES)
    get_target_property(below guidanced_${used} GUIDANCED_USES)
    list(APPEND closure ${below})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_target_properties(guidanced_${name} PROPERTIES GUIDANCED_USES "${closure}")
endfunction()

# guidanced_link(target module…): links the modules' objects and libraries, and those they use.
function(guidanced_link target)
  set(modules ${ARGN})
  foreach(module IN LISTS ARGN)
    get_target_property(below guidanced_${module} GUIDANCED_USES)
    list(APPEND modules ${below})
  endforeach()
  list(REMOVE_DUPLICATES modules)
  foreach(module IN LISTS modules)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:guidanced_${module}>)
    target_link_libraries(${target} PRIVATE guidanced_${module})
  endforeach()
endfunction()
