# guidanced_embed(output header name directory file…): writes a C file with the files below the
# directory, as rows of `struct embedded_file name[]` (base/embedded.h), which the header declares,
# ended by a row with path NULL.
function(guidanced_embed output header name directory)
  set(arrays "")
  set(rows "")
  set(number 0)
  foreach(file IN LISTS ARGN)
    set(full ${CMAKE_CURRENT_SOURCE_DIR}/${directory}/${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${full})
    file(READ ${full} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "static const unsigned char FILE_${number}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${file}\", FILE_${number}, sizeof FILE_${number} - 1},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${output} CONTENT
       "// Made by cmake/Embed.cmake from ${directory}.\n#include \"${header}\"\n\n${arrays}\nconst struct embedded_file ${name}[] = {\n${rows}    {0},\n};\n"
       @ONLY)
endfunction()
