# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 1-14: invocation and argv. mark-qZ7 stands for the caller's bytes: it must never be seen again.
attack "1 argc is 0" "$usage" argc0 -- x
attack "2 argv[0] is empty" "$added" argv0= -- add $A
attack "3 argv[0] has 128 KiB" "$bad" argv0=@rep:131071:A -- add mark-qZ7
attack "3 an argument has 128 KiB" "$bad" -- add @rep:131071:A
attack "3 a verb has 128 KiB" "$usage" -- @rep:131071:A $A
attack "3 one byte more is the kernel's to refuse" "EXEC7||" -- add @rep:131072:A
attack "4 argv[0] is a format" "$bad" 'argv0=%n%n%s%s%mark-qZ7' -- add '%n%n%s'
attack "4 a verb is a format" "$usage" -- '%n%n%s%s' $A
attack "5 argv[0] has a newline and an escape" "$outside" $'argv0=x\n<0>root: mark-qZ7\e]0;x\a' -- remove 127.0.0.1
attack "6 no argument" "$usage" --
attack "7 add alone" "$usage" -- add
attack "7 remove alone" "$usage" -- remove
attack "8 policy and something after it" "$usage" -- policy mark-qZ7
attack "8 version and an empty argument" "$usage" -- version ''
attack "8 a wrong argument after a good one" "$bad" -- add $A mark-qZ7
attack "8 a flag after a good one" "$bad" -- add $A -f
attack "8 17 addresses" "$usage" -- add 127.0.0.{16..31} $A
attack "9 600000 arguments, as many as the kernel takes" "$usage" limit=stack:unlimited -- add @many:600000:x
attack "9 90000 arguments with an ordinary stack" "$usage" -- remove @many:90000:$A
for word in -- -h --help --version -x -- -V help; do
	attack "10 $word" "$usage" -- "$word"
done
attack "10 version needs no privilege" "0|bottle-netd *;|" nnp -- version
attack "10 policy needs no privilege" "$policy" nnp -- policy
for word in ADD Add ad addd 'add ' ' add' $'add\n' removee remov Remove del policy\ ; do
	attack "11 the verb '${word//$'\n'/newline}'" "$usage" -- "$word" $A
done
attack "12 an empty verb" "$usage" -- '' $A
attack "13 the same address twice" "$bad" -- add $A $A
attack "13 add and remove" "$bad" -- add remove $A
attack "13 add, address, remove, address" "$bad" -- add $A remove $A
log_clean "4 after hostile arguments"
