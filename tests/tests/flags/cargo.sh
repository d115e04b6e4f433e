#!/bin/sh
# Stands in for cargo where a command starts it: notes how it was called, and does what the test says.
printf '%s\n' "$*" >> "$CALLS"
. "$BEHAVES"
