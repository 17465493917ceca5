/* SPDX-License-Identifier: MIT
 *
 * server/publish.c as a model for Spin: two workers take and give back snapshots while the loader
 * publishes new ones and at last none. Addresses are used again as soon as a snapshot is freed, so
 * that a worker may find a new snapshot at the address that it has loaded.
 *
 * Checked in every order of steps: nothing freed is counted or read, a request sees one snapshot
 * throughout, no snapshot is freed twice or never, nobody waits for ever.
 *
 * Each step touches shared memory once, as the program's sequentially consistent operations do.
 * run.mjs also checks models without one of the parts that this depends on, which must fail:
 *   NO_RECHECK   a worker does not look whether the announced snapshot is still the published one
 *   BUFFERED     a worker's announcement may reach the others later, as a store without the fence
 *   NO_WAIT      the loader does not wait for the announcements
 *   EARLY_WAIT   it waits before it exchanges the published snapshot
 */
#define WORKERS   2
#define REQUESTS  2
#define PUBLISHED 4
#define ADDRESSES 3 /* 1 to 3; 0 is NULL */

byte current;             /* publisher->current */
byte announced[WORKERS];  /* publisher->slots[].announced */
byte count[4];            /* references of the snapshot at an address; 0: freed */
byte snapshot[4];         /* which snapshot is there */
byte made;                /* snapshots so far */
byte done;                /* workers that have ended */

#ifdef BUFFERED
/* A worker's store buffer, of one store. It empties at any moment, at the latest before the next. */
bool buffered[WORKERS];
byte in_buffer[WORKERS];
#define ANNOUNCE(value)                                                                            \
    atomic { !buffered[me]; in_buffer[me] = value; buffered[me] = true }
proctype buffer(byte me)
{
end:
    do
    :: atomic { buffered[me]; announced[me] = in_buffer[me]; in_buffer[me] = 0; buffered[me] = false }
    od
}
#else
#define ANNOUNCE(value) announced[me] = value
#endif

/* site_release */
#define RELEASE(address)                                                                           \
    atomic { assert(count[address] > 0); count[address]--; if :: count[address] == 0 -> snapshot[address] = 0 :: else fi }

/* publisher_acquire, a request, site_release */
proctype worker(byte me)
{
    byte site, again, seen, requests;
    do
    :: requests < REQUESTS ->
        requests++;
        site = current;
#ifndef NO_RECHECK
        do
        ::  ANNOUNCE(site);
            again = current;
            if
            :: again == site -> break
            :: else -> site = again
            fi
        od;
#else
        ANNOUNCE(site);
#endif
        if
        :: site ->
            /* site_retain */
            atomic { assert(count[site] > 0); count[site]++; seen = snapshot[site] }
        :: else
        fi;
        ANNOUNCE(0);
        if
        :: site ->
            /* The request reads its snapshot. */
            assert(count[site] > 0 && snapshot[site] == seen);
            RELEASE(site)
        :: else
        fi;
        site = 0; again = 0; seen = 0
    :: else -> break
    od;
    atomic { done++ }
}

/* publisher_publish */
#define WAIT(old)                                                                                  \
    i = 0;                                                                                         \
    do                                                                                             \
    :: i < WORKERS -> announced[i] != old; i++                                                     \
    :: else -> break                                                                               \
    od

#define PUBLISH(site)                                                                              \
    BEFORE;                                                                                        \
    atomic { old = current; current = site };                                                      \
    if                                                                                             \
    :: old -> AFTER; RELEASE(old)                                                                  \
    :: else                                                                                        \
    fi;                                                                                            \
    old = 0

#define BEFORE skip
#define AFTER  WAIT(old)
#ifdef NO_WAIT
#undef AFTER
#define AFTER skip
#endif
#ifdef EARLY_WAIT
#undef AFTER
#define AFTER skip
#undef BEFORE
#define BEFORE old = current; if :: old -> WAIT(old) :: else fi
#endif

proctype loader()
{
    byte old, new, i;
    do
    :: made < PUBLISHED ->
        /* A new snapshot at any address that is free; requests may hold all for a while. */
        atomic {
            if
            :: count[1] == 0 -> new = 1
            :: count[2] == 0 -> new = 2
            :: count[3] == 0 -> new = 3
            fi;
            made++;
            count[new] = 1;
            snapshot[new] = made
        }
        PUBLISH(new);
        new = 0
    :: else -> break
    od;
    PUBLISH(0);
    done == WORKERS;
    assert(count[1] + count[2] + count[3] == 0)
}

init
{
    atomic {
        run worker(0); run worker(1); run loader()
#ifdef BUFFERED
        ; run buffer(0); run buffer(1)
#endif
    }
}
