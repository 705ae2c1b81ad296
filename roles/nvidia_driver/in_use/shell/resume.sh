#!/bin/sh
# Brings back what a run that was killed had stopped.
restore
