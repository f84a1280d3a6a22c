#!/bin/sh
# Adds the volumes of a chart's StatefulSets to what Helm has rendered: stdin to stdout.
#
# Helm 4 keeps to itself what a plugin says on stderr, and fails with "exited with error" alone. So
# what sfsgen says goes where Helm itself talks, or else to the terminal. A file stays as it is:
# Helm would write over what is added to it.
set -eu

if [ -n "${HELM_PLUGIN_DIR-}" ]; then
    for heard in "/proc/$PPID/fd/2" /dev/tty; do
        if [ -e "$heard" ] && [ ! -f "$heard" ] && (true >>"$heard") 2>/dev/null; then
            exec 2>>"$heard"
            break
        fi
    done
fi

exec sfsgen post-render "$@"
