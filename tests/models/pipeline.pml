/* SPDX-License-Identifier: MIT
 *
 * lib/base/pipeline.c as a model for Spin: two threads make results, the caller takes them in order,
 * makes one itself if the next is not being made, and may end early.
 *
 * Checked in every order of steps: results come in order, a result stays as it is until the next is
 * taken, each is made once, nobody waits for ever.
 *
 * run.mjs also checks models without one of the parts that this depends on, which must fail:
 *   NO_WINDOW       a number may be claimed whose slot is not free yet
 *   EARLY_RELEASE   a slot is free as soon as its result is taken, not when the next one is
 *   NO_RESULT       a thread does not wake the caller that waits for its result
 *   NO_END          the end does not wake the threads that wait for room
 */
#define THREADS 2
#define COUNT   5
#define WINDOW  2

bool locked;
byte claimed, taken;
bool taking, waits, ending;
bool made[WINDOW];
byte result[WINDOW];
byte times[COUNT];          /* how often a number was made */
bool in_room[THREADS];      /* waits for room */
bool in_result;             /* the caller waits for a result */
byte ended;

#define LOCK   atomic { !locked; locked = true }
#define UNLOCK locked = false

#ifdef NO_WINDOW
#define MAY_CLAIM (claimed < COUNT)
#else
#define MAY_CLAIM (claimed < COUNT && claimed < taken + WINDOW)
#endif

/* Wakes all threads: pthread_cond_broadcast(&pipeline->room). */
#define BROADCAST atomic { in_room[0] = false; in_room[1] = false }

/* make_next */
inline make_next(number)
{
    number = claimed;
    claimed++;
    UNLOCK;
    /* Into the slot, without the lock. */
    result[number % WINDOW] = number;
    atomic { times[number]++; assert(times[number] == 1) };
    LOCK;
    made[number % WINDOW] = true;
    if
    :: waits && number == taken ->
#ifndef NO_RESULT
        in_result = false
#else
        skip
#endif
    :: else
    fi
}

/* make_ahead */
proctype thread(byte me)
{
    byte number;
    LOCK;
    do
    :: !ending && claimed < COUNT ->
        if
        :: MAY_CLAIM -> make_next(number)
        :: else ->
            atomic { in_room[me] = true; UNLOCK };
            !in_room[me];
            LOCK
        fi
    :: else -> break
    od;
    UNLOCK;
    atomic { ended++ }
}

/* pipeline_take as often as it likes, then pipeline_end */
active proctype caller()
{
    byte number, got;
    run thread(0);
    run thread(1);
    do
    :: got < COUNT ->
        LOCK;
        /* release_taken */
        if
        :: taking ->
            taking = false;
            made[taken % WINDOW] = false;
            taken++;
            if
            :: claimed - taken == WINDOW / 2 -> BROADCAST
            :: else
            fi
        :: else
        fi;
        /* wait_for_next */
        do
        :: made[taken % WINDOW] -> break
        :: else ->
            if
            :: MAY_CLAIM -> make_next(number)
            :: else ->
                waits = true;
                atomic { in_result = true; UNLOCK };
                !in_result;
                LOCK;
                waits = false
            fi
        od;
#ifdef EARLY_RELEASE
        made[taken % WINDOW] = false;
        taken++;
        BROADCAST;
        UNLOCK;
        assert(result[(taken - 1) % WINDOW] == got);
#else
        taking = true;
        UNLOCK;
        /* The caller reads it. */
        assert(result[taken % WINDOW] == got);
#endif
        got++
    :: break
    od;
    LOCK;
    ending = true;
#ifndef NO_END
    BROADCAST;
#endif
    UNLOCK;
    ended == THREADS
}
