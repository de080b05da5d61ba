#!/bin/sh
# Slurm's Prolog and Epilog in one: tells an exporter which job has which GPU.
#
# As Prolog it writes the job's number into a file for each GPU (0) or MIG instance (0.3) that the
# job was given, as Epilog it takes the number out again. Exporters read the folder with
# --hpc-job-mapping-dir. Whatever goes wrong costs a label: it is logged, and no job fails by it.

umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH} # Slurm gives none
export PATH
[ ! -r /etc/default/warpwatch-jobs ] || . /etc/default/warpwatch-jobs
dir=${WARPWATCH_JOB_DIR:-/run/warpwatch-jobs}
boot=${WARPWATCH_BOOT_ID:-/proc/sys/kernel/random/boot_id}
job=${SLURM_JOB_ID:-}

say() {
    printf 'warpwatch-jobs: %s\n' "$*" >&2
    logger -t warpwatch-jobs -- "$*" 2>/dev/null
}

give_up() {
    say "$@"
    exit 0
}

# Of the UUID of a GPU. A driver that hangs must not hold up the job.
number_of() {
    timeout 10 nvidia-smi -L 2>/dev/null | sed -n "s/^GPU \([0-9]\{1,4\}\): .*(UUID: $1)\$/\1/p"
}

# The files of the GPUs that the job was given, one a line.
files_of_job() {
    case ${CUDA_VISIBLE_DEVICES:-} in
        *MIG-*) list=$CUDA_VISIBLE_DEVICES ;; # under MIG the numbers are Slurm's own, of instances
        *) list=${SLURM_JOB_GPUS:-${CUDA_VISIBLE_DEVICES:-}} ;;
    esac
    set -f
    IFS=,
    for gpu in $list; do
        case $gpu in
            NoDevFiles) ;;
            *[!0-9A-Za-z./-]*) say "job $job: '$gpu' is not a GPU" ;;
            GPU-*) file_of "${gpu}" "" ;;
            MIG-GPU-*/*/*)
                rest=${gpu#*/}
                file_of "${gpu%%/*}" ".${rest%%/*}"
                ;;
            MIG-*) say "job $job: Slurm does not say which instance $gpu is; use --slurm" ;;
            [0-9]*-[0-9]*) range "${gpu%-*}" "${gpu#*-}" ;;
            *) checked "$gpu" ;;
        esac
    done
}

file_of() {
    number=$(number_of "${1#MIG-}")
    if [ -n "$number" ]; then checked "$number$2"; else say "job $job: nvidia-smi knows no $1"; fi
}

range() {
    if is_number "$1" && is_number "$2"; then
        number=$1
        while [ "$number" -le "$2" ]; do
            checked "$number"
            number=$((number + 1))
        done
    else
        say "job $job: '$1-$2' is not a range of GPUs"
    fi
}

checked() {
    if is_file "$1"; then echo "$1"; else say "job $job: '$1' is not a GPU"; fi
}

is_file() {
    case $1 in
        *.*) is_number "${1%%.*}" && is_number "${1#*.}" ;;
        *) is_number "$1" ;;
    esac
}

is_number() {
    case $1 in
        '' | *[!0-9]* | ?????* | 0?*) return 1 ;;
    esac
}

others() {
    grep -sFxv -e "$job" "$dir/$1"
}

# A reader finds the old file or the new one, never half of one.
put() {
    if cat >"$dir/.new"; then mv -f "$dir/.new" "$dir/$1"; else say "$dir cannot be written to"; fi
}

add() {
    { others "$1"; echo "$job"; } | put "$1"
}

remove() {
    left=$(others "$1")
    if [ -n "$left" ]; then printf '%s\n' "$left" | put "$1"; else rm -f "$dir/$1"; fi
}

# Calls $1 with each file that there is.
each() {
    for path in "$dir"/[0-9]*; do
        name=${path##*/}
        if is_file "$name" && [ -f "$path" ]; then "$1" "$name"; fi
    done
}

forget() {
    rm -f "$dir/$1"
}

# A node that lost its power ran no epilog. On a folder that is gone with a boot this does nothing.
after_boot() {
    now=$(cat "$boot" 2>/dev/null)
    if [ -s "$dir/.boot" ] && [ "$(cat "$dir/.boot")" != "$now" ]; then each forget; fi
    echo "$now" | put .boot
}

case $job in
    '' | *[!0-9A-Za-z_]*) give_up "SLURM_JOB_ID is '$job', which is no job" ;;
esac
case ${SLURM_SCRIPT_CONTEXT:-$0} in
    *epilog*) do=epilog ;;
    *prolog*) do=prolog ;;
    *) give_up "is this Prolog or Epilog? SLURM_SCRIPT_CONTEXT does not say" ;;
esac
if [ "$do" = prolog ]; then
    files=$(files_of_job)
    [ -n "$files" ] || exit 0
    mkdir -p "$dir" 2>/dev/null
else
    [ -d "$dir" ] || exit 0
fi
(: >>"$dir/.lock") 2>/dev/null || give_up "$dir cannot be written to"
exec 9>>"$dir/.lock"
flock -w 10 9 || give_up "another one has held $dir/.lock for 10 s"
if [ "$do" = prolog ]; then
    after_boot
    for file in $files; do add "$file"; done
else
    each remove
fi
exit 0
