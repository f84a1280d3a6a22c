#!/bin/sh
# sfsgen prepare: shop/db, on nfs.example.com
# It looks at all directories before it makes any, makes what is missing, goes through no link,
# and changes nothing that is there. It can be run again at any time.
# --dry-run says what it would make.

dry='' would='made '
for argument in "$@"; do
    case $argument in
    --dry-run) dry=yes would='would make ' ;;
    *)
        echo "usage: sh $0 [--dry-run]" >&2
        exit 2
        ;;
    esac
done
chown=''
hint=''

set -eu
umask 022
unset CDPATH
LC_ALL=C
export LC_ALL

me=$(id -u 2>/dev/null) || me=0
if [ "$me" != 0 ]; then
    mine=" $me $(id -un) " groups=" $(id -G) $(id -Gn) "
    [ -n "$hint" ] || hint='run this as root, as by sudo sh'
fi
[ -n "$hint" ] || hint='root may not either: is it read-only, immutable, or mounted from elsewhere?'

say() { printf '%s\n' "$*"; }

stop() {
    printf 'stopped: %s\n' "$*" >&2
    exit 1
}

# fault WORDS: notes what is wrong, while all is looked at.
fault() {
    printf 'wrong: %s\n' "$*" >&2
    faults=$((faults + 1))
}

# once WORDS: a fault that many directories have is told once.
once() {
    case $told in *"|$*|"*) return 0 ;; esac
    told="$told$*|"
    fault "$@"
}

# tried COMMAND...: runs it. Where it fails, $why is what it said, and what can be done.
tried() {
    why=$("$@" 2>&1) && return 0
    why=${why##*: }
    case $why in *ermi*) why="$why: $hint" ;; esac
    return 1
}

# exported DIRECTORY NAME: the export of the directories that follow, here, and what it is called.
exported() {
    is_there='' label=${2%/}
    if cd -P -- "$1" 2>/dev/null; then
        is_there=yes top=$(pwd -P)
        top=${top%/}
    elif [ -d "$1" ]; then
        fault "the export $2 cannot be entered: $hint"
    elif [ -e "$1" ]; then
        fault "the export $2 is no directory"
    else
        fault "the export $2 is not there, and is not made: is it mounted? --within names another"
    fi
}

# next: takes the next part of a path from $rest into $name.
next() {
    name=${rest%%/*}
    case $rest in
    */*) rest=${rest#*/} ;;
    *) rest='' ;;
    esac
    [ -n "$name" ]
}

# enter: goes into $name, and looks whether that is where it was to lead.
enter() {
    cd -P -- "./$name" 2>/dev/null && [ "$(pwd -P)" = "$here/$name" ] || return 1
    here=$here/$name shown=$shown/$name
}

# walk PATH: goes from the export as far as directories are there. Sets $name to the first part that
# is missing, and fails where the way may lead out of the export: never through a link.
walk() {
    rest=$1 name='' here=$top shown=$label
    cd -P -- "$top/" || return 1
    while next; do
        if [ -L "./$name" ]; then
            fault "$shown/$name is a link, and may lead out of the export"
            return 1
        fi
        [ -e "./$name" ] || return 0
        if ! [ -d "./$name" ]; then
            fault "$shown/$name is there, and is no directory"
            return 1
        fi
        enter || {
            fault "$shown/$name cannot be entered: $hint"
            return 1
        }
    done
}

# known user|group NAME: looks whether there is one of this name.
known() {
    case $2 in *[!0-9]*) ;; *) return 0 ;; esac
    case $names in *"|$1 $2|"*) return 0 ;; esac
    names="$names$1 $2|"
    find / -prune "-$1" "$2" >/dev/null 2>&1 || once "there is no $1 $2 here: give the number"
}

# might: looks whether what is missing where we are could be made, and what is to be given be given.
might() {
    known user "$user"
    known group "$group"
    if [ -n "$name" ]; then
        [ -w . ] || once "$shown cannot be written to: $hint"
    elif [ "$me" = 0 ]; then
        return 0
    elif is_unfinished || { [ -n "$chown" ] && ! fits; }; then
        is -user "$me" || once "$shown is another's: $hint"
    else
        return 0
    fi
    [ "$me" != 0 ] || return 0
    own "$user" "$mine"
    own "$group" "$groups"
}

# own NAME NAMES: whoever is not root gives nothing to others.
own() {
    case $2 in *" $1 "*) return 0 ;; esac
    [ -z "$1" ] || once "only root gives directories to $1: $hint"
}

# is TESTS: whether the directory that we are in is so, by tests of find.
is() { [ -n "$(find . -prune "$@")" ]; }

fits() {
    set --
    [ -z "$mode" ] || set -- "$@" -perm "$mode"
    [ -z "$user" ] || set -- "$@" -user "$user"
    [ -z "$group" ] || set -- "$@" -group "$group"
    is "$@"
}

# give: gives the directory that we are in its owner, group and at last its mode.
give() {
    [ -z "$user" ] || tried chown -- "$user" . || stop "$shown cannot be given to $user: $why"
    [ -z "$group" ] || tried chgrp -- "$group" . || stop "$shown cannot be given to $group: $why"
    { tried chmod u-s,g-s . && tried chmod "${mode:-0755}" .; } ||
        stop "$shown cannot get its mode: $why"
}

# make: makes what is missing. Until a directory is finished, its mode is 0100, and it is empty:
# should this be cut short, the next run sees that.
make() {
    while [ -n "$name" ]; do
        if [ -n "$rest" ]; then set --; else set -- -m 0100; fi
        tried mkdir "$@" -- "./$name" || stop "$shown/$name cannot be made: $why"
        enter || stop "$shown/$name is not what was made"
        if [ -n "$rest" ]; then
            say "made $shown"
        else
            is_unfinished || stop "$shown is not what was made"
            give
            say "made $shown${wanted:+ ($wanted)}"
        fi
        next || :
    done
    made=$((made + 1))
}

# keep: changes nothing of what is there, unless that is asked for.
keep() {
    if fits; then is_so=yes; else is_so=''; fi
    # What has the mode that it is to have is finished.
    if { [ -z "$is_so" ] || [ -z "$mode" ]; } && is_unfinished; then
        finish
        return 0
    fi
    there=$((there + 1))
    if [ -n "$is_so" ]; then
        say "$shown is there already"
    elif [ -z "$chown" ]; then
        say "$shown is there already, and left as it is, without $wanted (--chown gives it that)"
    elif [ -n "$dry" ]; then
        say "would give $shown $wanted"
    else
        give
        say "gave $shown $wanted"
    fi
}

is_unfinished() {
    is '(' -perm 0100 -o -perm 2100 ')' && [ -z "$(find . ! -name . -prune 2>/dev/null)" ]
}

finish() {
    made=$((made + 1))
    if [ -n "$dry" ]; then
        say "would finish $shown"
    else
        give
        say "finished $shown${wanted:+ ($wanted)}"
    fi
}

# directory PATH OWNER GROUP MODE [BYTES]: one directory below the export, '' for what nobody asks
# for.
directory() {
    if [ -z "$is_there" ]; then
        [ "$step" = look ] || stop "$label is gone"
        return 0
    fi
    user=$2 group=$3 mode=$4
    wanted=${user:+, owner $user}${group:+, group $group}${mode:+, mode $mode}
    wanted=${wanted#, }
    if [ "$step" = look ]; then
        if walk "$1"; then might; fi
        return 0
    fi
    walk "$1" || stop 'it was another one just before'
    if [ -z "$name" ]; then
        keep
    elif [ -n "$dry" ]; then
        say "would make $shown/$name${rest:+/$rest}${wanted:+ ($wanted)}"
        made=$((made + 1))
        return 0
    else
        make
    fi
    [ -z "${5:-}" ] || [ -n "$dry" ] || limit "$5"
}

work() {
    exported /srv /srv
    directory shop/db/0 999 999 0750
    directory shop/db/1 999 999 0750
    directory shop/db/2 999 999 0750
}

main() {
    faults=0 told='|' names='|' made=0 there=0
    step=look
    work
    if [ "$faults" -gt 0 ]; then stop 'nothing was made'; fi
    step='make'
    work
    say "$would$made, there already: $there"
}

main
