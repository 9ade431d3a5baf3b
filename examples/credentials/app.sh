#!/bin/sh
# The application: it knows a port on localhost, and neither user nor password.
redis-cli -p "$1" GET greeting
