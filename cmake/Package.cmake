# The Debian package: `cpack --config build/release/CPackConfig.cmake`. Manual pages and completions
# are printed by the program itself, so they always match it; units come from deploy/, with the path
# of a packaged binary.
include(GNUInstallDirs)

set(PACKAGE_DIR ${CMAKE_BINARY_DIR}/package)
file(WRITE ${PACKAGE_DIR}/pages.sh [=[
set -eu
"$1" --man > man/guidanced.1
"$1" --man guidance.yaml > man/guidance.yaml.5
for command in $("$1" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'); do
  "$1" --man "$command" > "man/guidanced-$command.1"
done
gzip -9n man/*
]=])
add_custom_command(OUTPUT ${PACKAGE_DIR}/stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${PACKAGE_DIR}/man
  COMMAND ${CMAKE_COMMAND} -E make_directory ${PACKAGE_DIR}/man ${PACKAGE_DIR}/completions
  COMMAND sh pages.sh $<TARGET_FILE:guidanced>
  COMMAND guidanced --completion bash > completions/guidanced
  COMMAND guidanced --completion zsh > completions/_guidanced
  COMMAND guidanced --completion fish > completions/guidanced.fish
  COMMAND sh -c "gzip -9nc changelog > changelog.gz"
  COMMAND sh -c "gzip -9nc '${PROJECT_SOURCE_DIR}/CHANGELOG.md' > NEWS.md.gz"
  COMMAND ${CMAKE_COMMAND} -E touch stamp
  DEPENDS guidanced ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  WORKING_DIRECTORY ${PACKAGE_DIR} VERBATIM)
file(MAKE_DIRECTORY ${PACKAGE_DIR})
set(GUIDANCED_MAINTAINER "guidanced maintainers <maintainers@guidance.example>"
    CACHE STRING "Who makes the package")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, when it is set
file(WRITE ${PACKAGE_DIR}/changelog "guidanced (${PROJECT_VERSION}) unstable; urgency=medium\n\n  * What is new is in NEWS.md.gz.\n\n -- ${GUIDANCED_MAINTAINER}  ${now}\n")
add_custom_target(package_files DEPENDS ${PACKAGE_DIR}/stamp)

set(DEBIAN ${PROJECT_SOURCE_DIR}/deploy/debian)
file(READ ${PROJECT_SOURCE_DIR}/deploy/guidanced.service unit)
string(REPLACE /usr/local/bin/guidanced /usr/bin/guidanced unit "${unit}")
file(CONFIGURE OUTPUT ${PACKAGE_DIR}/guidanced.service CONTENT "${unit}" @ONLY)

install(FILES ${PACKAGE_DIR}/guidanced.service ${DEBIAN}/guidanced@.service
              ${PROJECT_SOURCE_DIR}/deploy/guidanced.socket
        DESTINATION /usr/lib/systemd/system COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${DEBIAN}/guidanced.sysusers DESTINATION /usr/lib/sysusers.d RENAME guidanced.conf
        COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${DEBIAN}/guidanced.logrotate DESTINATION /etc/logrotate.d RENAME guidanced
        COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${DEBIAN}/apparmor DESTINATION /etc/apparmor.d RENAME usr.bin.guidanced
        COMPONENT package EXCLUDE_FROM_ALL)
install(DIRECTORY ${PACKAGE_DIR}/man/ DESTINATION /usr/share/man/man1 COMPONENT package
        EXCLUDE_FROM_ALL FILES_MATCHING PATTERN "*.1.gz")
install(DIRECTORY ${PACKAGE_DIR}/man/ DESTINATION /usr/share/man/man5 COMPONENT package
        EXCLUDE_FROM_ALL FILES_MATCHING PATTERN "*.5.gz")
install(FILES ${PACKAGE_DIR}/completions/guidanced
        DESTINATION /usr/share/bash-completion/completions COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${PACKAGE_DIR}/completions/_guidanced DESTINATION /usr/share/zsh/vendor-completions
        COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${PACKAGE_DIR}/completions/guidanced.fish
        DESTINATION /usr/share/fish/vendor_completions.d COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${PACKAGE_DIR}/changelog.gz ${PACKAGE_DIR}/NEWS.md.gz DESTINATION /usr/share/doc/guidanced COMPONENT package
        EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION /usr/share/doc/guidanced RENAME copyright
        COMPONENT package EXCLUDE_FROM_ALL)
install(FILES ${DEBIAN}/tls.conf DESTINATION /usr/share/doc/guidanced/examples COMPONENT package
        EXCLUDE_FROM_ALL)
install(PROGRAMS ${DEBIAN}/letsencrypt-deploy DESTINATION /usr/share/doc/guidanced/examples
        COMPONENT package EXCLUDE_FROM_ALL)
install(TARGETS guidanced DESTINATION /usr/bin COMPONENT package EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME guidanced)
set(CPACK_PACKAGE_CONTACT "${GUIDANCED_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "server of guidance sites from their sources")
set(CPACK_PACKAGE_DESCRIPTION "Serves a site of Markdown pages, YAML front matter and Nunjucks layouts as\nit lies in its sources, without a build. A saved page is live at once, and a\npage that is broken leaves its last good version in place.")
set(CPACK_INSTALL_CMAKE_PROJECTS ${CMAKE_BINARY_DIR} guidanced package /)
set(CPACK_COMPONENTS_ALL package)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_SET_DESTDIR ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libpq5")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "apparmor, logrotate, nodejs, certbot")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${DEBIAN}/postinst ${DEBIAN}/prerm ${DEBIAN}/postrm
    ${PACKAGE_DIR}/conffiles)
file(WRITE ${PACKAGE_DIR}/conffiles "/etc/apparmor.d/usr.bin.guidanced\n/etc/logrotate.d/guidanced\n")
include(CPack)
