# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 47-59: the environment.
T=$tmp/traces
printf 'mark-qZ7\n' >"$tmp/traces.in"
untouched() { # NAME
	is "$1: no file is made" "$(ls -A "$T")" ""
}
attack "47 LD_PRELOAD, LD_AUDIT, LD_LIBRARY_PATH, LD_DEBUG, LD_PROFILE" "$added" env=LD_PRELOAD="$T/x.so" \
	env=LD_AUDIT="$T/x.so" env=LD_LIBRARY_PATH="$T" env=LD_DEBUG=all env=LD_DEBUG_OUTPUT="$T/debug" \
	env=LD_PROFILE=libc.so env=LD_PROFILE_OUTPUT="$T" env=LD_SHOW_AUXV=1 env=LD_TRACE_LOADED_OBJECTS=1 \
	env=LD_BIND_NOW=1 -- add $A
untouched "47 LD_DEBUG_OUTPUT and LD_PROFILE_OUTPUT"
attack "48 GLIBC_TUNABLES of CVE-2023-4911" "$added" \
	env=GLIBC_TUNABLES=glibc.malloc.mxfast=glibc.malloc.mxfast=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA -- add $A
attack "51 MALLOC_CHECK_, MALLOC_PERTURB_, MALLOC_TRACE" "$added" env=MALLOC_CHECK_=3 env=MALLOC_PERTURB_=165 \
	env=MALLOC_TRACE="$T/malloc" -- add $A
untouched "51 MALLOC_TRACE"
attack "52 TZ and TZDIR" "$added" env=TZ=":$tmp/traces.in" env=TZDIR="$T" -- add $A
attack "53 LANG, LC_ALL, LOCPATH, NLSPATH, LANGUAGE" "$bad" env=LANG=de_DE.UTF-8 env=LC_ALL=tr_TR.ISO-8859-9 \
	env=LOCPATH="$T" env=MUSL_LOCPATH="$T" env=NLSPATH="$T/%N" env=LANGUAGE=de -- add mark-qZ7
attack "54 GCONV_PATH and CHARSET" "$added" env=GCONV_PATH="$T" env=CHARSET=MARK env=OUTPUT_CHARSET=MARK -- add $A
attack "55 TMPDIR, HOME, PATH, IFS, SHELL" "$added" env=TMPDIR="$T" env=HOME="$T" env=PATH="$T" env=IFS=0 \
	env=SHELL="$T/sh" env=BASH_ENV="$T/sh" -- add $A
attack "56 RES_OPTIONS, HOSTALIASES, LOCALDOMAIN" "$bad" env=RES_OPTIONS=debug env=HOSTALIASES="$tmp/traces.in" \
	env=LOCALDOMAIN=example -- add localhost
attack "57 SUDO_UID, SUDO_GID, DOAS_USER, USER" "$added" env=SUDO_UID=4141 env=SUDO_GID=4141 env=DOAS_USER=mark-qZ7 \
	env=USER=root env=LOGNAME=root env=PKEXEC_UID=4141 -- add $A
log_flush
is "57 the log names the caller, not what the environment says" "$(tail -n 1 "$tmp/log" | sed 's/.* uid=/uid=/')" \
	"uid=${alice%%:*} result=0"
attack "58 no environment at all" "$added" envnull -- add $A
attack "58 an environment of 2 MB" "$added" envbig limit=stack:67108864 -- add $A
attack "58 entries without =, without a name, empty, twice" "$added" env= env== env=PATH env==mark env=A=1 env=A=2 \
	env=$'X=\n\e]0;x\a\xff' -- add $A
attack "59 ASAN_OPTIONS, MSAN_OPTIONS, UBSAN_OPTIONS, GCOV_PREFIX, LLVM_PROFILE_FILE" "$added" \
	env=ASAN_OPTIONS="log_path=$T/asan:verbosity=9" env=MSAN_OPTIONS="log_path=$T/msan" \
	env=UBSAN_OPTIONS="log_path=$T/ubsan" env=GCOV_PREFIX="$T" env=LLVM_PROFILE_FILE="$T/prof" -- add $A
untouched "59 log_path and its kin"
log_clean "57 after hostile environments"
