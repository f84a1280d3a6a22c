"""The functions of a script: they look, stop, wait, run and create, and know --dry-run."""

_FIRST = """    there=''
"""
_WHICH_CLUSTER = """    # A KIND that begins with to: is of the other cluster.
    case $1 in to:*) there=yes ;; *) there='' ;; esac
    set -- "${1#to:}" "$2" "$3" "$4"
"""

# What runs in $( ) cannot stop the script, and in a test `set -e` does not count: each says stop.
_PREAMBLE = r"""set -eu

dry='' confirmed='' giving_up='' stopping=''
for argument in "$@"; do
    case $argument in
    --dry-run) dry=yes ;;
    --confirmed=*) confirmed="$confirmed ${argument#*=} " ;;
    --give-up) giving_up=yes ;;
    *)
        echo "usage: sh $0 [--dry-run] [--give-up] [--confirmed=NUMBER]..." >&2
        exit 2
        ;;
    esac
done

say() { printf '%s\n' "$*" >&2; }

stop() {
    trap - INT TERM HUP
    say "stopped: $*"
    if [ -z "$stopping" ]; then
        stopping=yes
        say 'Nothing was done after that. Once it is put right, run this again from the top;'
        say 'where something was changed on purpose, make a new script.'
        left
    else
        say 'So it cannot tell which sets are stopped by now: see to that, and run this again.'
    fi
    exit 1
}

# saved MARK: whether the file that runs is this script: where a shell reads it from a pipe, $0 is
# the shell.
saved() { [ -f "$0" ] && grep -qxF -e "$1" -- "$0" 2>/dev/null; }

# look KIND NAMESPACE NAME FIELD: sets $seen to the field and a full stop, or to nothing where the
# object is gone.
look() {
    if [ -n "$2" ]; then set -- "$1/$3" "$4" -n "$2"; else set -- "$1/$3" "$4"; fi
    object=$1 field=$2
    shift 2
    seen=$(kube get "$object" --ignore-not-found -o "jsonpath=$field." "$@") ||
        stop "kubectl cannot read $object"
}

# used NAMESPACE CLAIM PODS: fails, and says who it is, where another pod on a node than these has a
# claim, which does not go then.
used() {
    if [ -n "$1" ]; then set -- "$2" "$3" -n "$1"; else set -- "$2" "$3"; fi
    claim=$1 own=$2
    shift 2
    seen=$(kube get pods "$@" -o 'jsonpath={range .items[?(@.spec.nodeName)]}\
{.metadata.name} {.spec.volumes[*].persistentVolumeClaim.claimName}{"\n"}{end}') ||
        stop 'kubectl cannot read the pods'
    while read -r pod claims; do
        case " $claims " in *" $claim "*) ;; *) continue ;; esac
        case " $own " in *" $pod "*) continue ;; esac
        say "    the pod $pod uses the claim $claim"
        return 1
    done <<END
$seen
END
}

# holds OPERATOR KIND NAMESPACE NAME FIELD VALUE: whether it is so, now.
holds() {
    case $1 in
    unheld)
        seen=$(kube get pvc -A -o 'jsonpath={range .items[*]}[{.metadata.uid}]{end}') ||
            stop 'kubectl cannot read the claims of all namespaces'
        case $seen in *"[$6]"*) return 1 ;; *) return 0 ;; esac
        ;;
    unused)
        used "$3" "$4" "$6"
        return
        ;;
    esac
    look "$2" "$3" "$4" "$5"
    case $1 in
    is) [ "$seen" = "$6." ] ;;
    is-not) [ "$seen" != "$6." ] ;;
    is-if-there) [ -z "$seen" ] || [ "$seen" = "$6." ] ;;
    one-of) case " $6 " in *" ${seen%.} "*) [ -n "$seen" ] ;; *) return 1 ;; esac ;;
    absent) [ "$seen" = . ] ;;
    exists) [ -n "$seen" ] ;;
    gone) [ -z "$seen" ] ;;
    *) stop "$1 is no condition" ;;
    esac
}

# must WORDS CONDITION: stops where something unforeseen has happened.
must() {
    words=$1
    shift
    if holds "$@"; then
        [ -z "$dry" ] || say "    it is so that $words"
    elif [ -n "$dry" ]; then
        say "    it is not so yet that $words"
    else
        stop "it is not so that $words"
    fi
}

# must_soon WORDS CONDITION: the same of what a controller writes, a moment later.
must_soon() {
    words=$1
    shift
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        if [ -n "$dry" ] || holds "$@"; then break; fi
        sleep 1
    done
    must "$words" "$@"
}

# await SECONDS WORDS CONDITION: waits, and stops where that is in vain.
await() {
    [ -z "$dry" ] || return 0
    waited=0 longest=$1 words=$2
    shift 2
    until holds "$@"; do
        if [ "$waited" -ge "$longest" ]; then stop "waited in vain until $words"; fi
        if [ $((waited % 15)) -eq 14 ]; then say "    waiting until $words"; fi
        waited=$((waited + 1))
        sleep 1
    done
}

run() {
    if [ -n "$dry" ]; then
        say "    would run: $*"
    else
        "$@" >&2 || stop "$*"
    fi
}

# create KIND NAMESPACE NAME TEXT COMMAND: gives an object to a command. A controller may be faster.
create() {
    kind=$1 namespace=$2 name=$3 text=$4
    shift 4
    if [ -n "$dry" ]; then
        say "    would create, by $*:"
        say "$text"
    else
        printf '%s\n' "$text" | "$@" >&2 || holds exists "$kind" "$namespace" "$name" '' '' ||
            stop "$*"
    fi
}

# cluster: says which cluster this is.
cluster() {
    say "cluster: $(kube config view --minify -o \
'jsonpath=context {.current-context}, server {.clusters[0].cluster.server}' 2>/dev/null ||
        echo 'that of the pod in which this runs')"
}

# confirm NUMBER: goes on where a person has said that it is done.
confirm() {
    case $confirmed in *" $1 "*) return 0 ;; esac
    if [ -n "$dry" ]; then
        say '    would ask whether that is done'
    elif (: </dev/tty) 2>/dev/null; then
        printf '    Type yes once that is done: ' >/dev/tty
        read -r answer </dev/tty || answer=
        [ "$answer" = yes ] || stop "$1 is not done yet"
    else
        stop "nobody is here to confirm $1: once it is done, add --confirmed=$1"
    fi
}
"""


def preamble(*, is_of_two: bool) -> str:
    """Return the functions, which know of another cluster only where there is one."""
    if not is_of_two:
        return _PREAMBLE
    made = _PREAMBLE.replace("look() {\n", f"look() {{\n{_WHICH_CLUSTER}")
    return made.replace("    case $1 in\n    unheld)", f"{_FIRST}    case $1 in\n    unheld)")
