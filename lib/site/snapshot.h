// SPDX-License-Identifier: MIT
//
// Everything that the files of lib/site share, one header per concern.
#ifndef GUIDANCED_SITE_SNAPSHOT_H
#define GUIDANCED_SITE_SNAPSHOT_H

#include "examine.h"
#include "making.h"
#include "rendering.h"
#include "source.h"
#include "state.h"

#endif
