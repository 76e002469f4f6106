#!/bin/sh
# workerd with its log in a file, as a service manager has it. Whoever reads a line for every request from a pipe takes a
# fifth of the processor time that the Worker itself takes, and lets it wait while they are not quick enough.
exec "$WORKERD" "$@" >>"$WORKERD_LOG"
