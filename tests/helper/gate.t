#!/bin/sh
# The gate behind the link: it passes the helper as built and refuses what must never be installed. Two kinds
# of bad program: such as a compiler makes, and the helper itself with one fact changed, so that one line of
# the gate alone stands between it and the installation.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "ELF is for Linux"
command -v readelf >/dev/null || skip_all "no readelf"
gate=$here/../../helper/elf_gate.sh
cc=${CC:-cc}

run timeout 60 sh "$gate" "$netd"
is "the helper passes" "$code|$err" "0|"
ok "the helper has no run-time loader" sh -c "! readelf -lW '$netd' | grep -q INTERP"

# --- programs as a compiler makes them
printf 'int main(void) { return 0; }\n' >"$tmp/plain.c"
printf '#include <stdlib.h>\nint main(int c, char **v) { char b[9]; b[c] = **v; return getenv(b) != malloc(c); }\n' \
	>"$tmp/heap.c"
printf '__attribute__((constructor)) static void early(void) { __asm__(""); }\nint main(void) { return 0; }\n' \
	>"$tmp/early.c"
printf '__asm__(".section .both,\\"awx\\"\\n.byte 0\\n.previous");\nint main(void) { return 0; }\n' >"$tmp/writable.c"

bad=0
# judged NAME WHY: what the gate says of $tmp/bad
judged() {
	bad=$((bad + 1))
	run timeout 60 sh "$gate" "$tmp/bad"
	ok "refuses $1" sh -c "[ $code -ne 0 ] && grep -qF '$2' '$tmp/err'"
}

# refused NAME WHY FILE FLAG...
refused() {
	refused_name=$1 why=$2 file=$3
	shift 3
	if timeout 60 $cc -o "$tmp/bad" "$tmp/$file.c" "$@" 2>"$tmp/err"; then
		judged "$refused_name" "$why"
	else
		skip "refuses $refused_name" "cannot be built here: $(head -n 1 "$tmp/err")"
	fi
}
refused "an interpreter" PT_INTERP plain -fPIE -pie
refused "a library" DT_NEEDED plain -fPIE -pie
refused "what musl-gcc makes of -static-pie" PT_INTERP plain -fPIE -static-pie \
	-specs "/usr/lib/$(uname -m)-linux-musl/musl-gcc.specs"
refused "a fixed address" "not position-independent" plain -static -no-pie
refused "a shared library" "no PIE flag" plain -fPIC -shared
refused "an executable stack" "executable stack" plain -fPIE -pie -z execstack
refused "a missing RELRO" "no RELRO" plain -fPIE -pie -z norelro
refused "lazy binding" BIND_NOW plain -fPIE -pie -Wl,-z,lazy
refused "a library path (RUNPATH)" "library path" plain -fPIE -pie -Wl,-rpath,/tmp
refused "a library path (RPATH)" "library path" plain -fPIE -pie -Wl,--disable-new-dtags,-rpath,/tmp
refused "code that can be written" "can be written and run" writable -static-pie -fPIE
refused "a constructor" "before or after main" early -static-pie -fPIE
refused "an indirect function" "not relative" plain -static-pie -fPIE
refused "an exported name" "exports or imports names" plain -fPIE -pie -rdynamic
refused "a missing stack protector" "stack protector" plain -static-pie -fPIE -s
refused "a heap" "contains malloc" heap -static-pie -fPIE
refused "an environment" "contains getenv" heap -static-pie -fPIE

# --- the helper with one fact changed
cat >"$tmp/patch.py" <<'end'
"""patch.py IN OUT WHAT ...: changes one field of a little-endian ELF64 file."""
import struct, sys

source, target, what, *args = sys.argv[1:]
elf = bytearray(open(source, "rb").read())
number = lambda text: int(text, 0)
segment = {"LOAD": 1, "DYNAMIC": 2, "INTERP": 3, "GNU_STACK": 0x6474E551, "GNU_RELRO": 0x6474E552}
table, count = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<H", elf, 56)[0]
headers = [table + 56 * i for i in range(count)]

def find(name, flags=None):
    for at in headers:
        kind, has = struct.unpack_from("<II", elf, at)
        if kind == segment[name] and flags in (None, has):
            return at
    sys.exit("no such segment")

if what == "type":  # NUMBER
    struct.pack_into("<H", elf, 16, number(args[0]))
elif what == "entry":  # start in the segment that has FLAGS
    struct.pack_into("<Q", elf, 24, struct.unpack_from("<Q", elf, find("LOAD", number(args[0])) + 16)[0])
elif what == "flags":  # SEGMENT OLD NEW
    struct.pack_into("<I", elf, find(args[0], number(args[1])) + 4, number(args[2]))
elif what == "kind":  # SEGMENT becomes NUMBER
    struct.pack_into("<I", elf, find(args[0]), number(args[1]))
elif what == "dynamic":  # TAG becomes TAG with VALUE
    at, size = (struct.unpack_from("<Q", elf, find("DYNAMIC") + field)[0] for field in (8, 32))
    for entry in range(at, at + size, 16):
        if struct.unpack_from("<Q", elf, entry)[0] == number(args[0]):
            struct.pack_into("<QQ", elf, entry, number(args[1]), number(args[2]))
            break
    else:
        sys.exit("no such tag")
elif what == "relocation":  # the first one gets TYPE
    at, size = (struct.unpack_from("<Q", elf, find("DYNAMIC") + field)[0] for field in (8, 32))
    for entry in range(at, at + size, 16):
        tag, value = struct.unpack_from("<QQ", elf, entry)
        if tag == 7:
            struct.pack_into("<Q", elf, value + 8, number(args[0]))
elif what == "name":  # OLD becomes NEW, of the same length, wherever a name is
    old, new = (b"\0" + text.encode() + b"\0" for text in args)
    if len(old) != len(new) or old not in elf:
        sys.exit("no such name")
    elf = elf.replace(old, new)
open(target, "wb").write(elf)
end

# changed NAME WHY PATCH...: the gate says WHY and nothing else
changed() {
	changed_name=$1 why=$2
	shift 2
	rm -f "$tmp/bad"
	if ! python3 "$tmp/patch.py" "$netd" "$tmp/bad" "$@" 2>"$tmp/err"; then
		ok "(the helper with $changed_name can be made: $(cat "$tmp/err"))" false
		return
	fi
	bad=$((bad + 1))
	run timeout 60 sh "$gate" "$tmp/bad"
	is "the helper with $changed_name is refused, for that alone" "$code|$err" "1|elf_gate: $tmp/bad: $why"
}
if command -v python3 >/dev/null; then
	changed "a fixed address" "not position-independent" type 2
	changed "no PIE flag" "not a program but a library (no PIE flag)" dynamic 0x6ffffffb 0x6ffffffb 1
	changed "a library" "needs a library (DT_NEEDED)" dynamic 0x15 1 0
	changed "an RPATH" "has a library path" dynamic 0x15 15 0
	changed "a RUNPATH" "has a library path" dynamic 0x15 29 0
	changed "TEXTREL" "relocates its code (TEXTREL)" dynamic 0x15 22 0
	changed "a constructor table" "runs code before or after main (constructors)" dynamic 0x15 25 0
	changed "an auditor" "names a library to load" dynamic 0x15 0x6ffffefc 0
	changed "an executable stack" "executable stack" flags GNU_STACK 6 7
	changed "no word on its stack" "executable stack" kind GNU_STACK 0
	changed "no RELRO" "no RELRO" kind GNU_RELRO 0
	changed "code that can be written" "a segment that can be written and run (LOAD)" flags LOAD 5 7
	changed "data that can be run" "a segment that can be written and run (LOAD)" flags LOAD 6 7
	changed "two segments of code" "not one segment of code but 2" flags LOAD 6 5
	changed "its start in its data" "starts outside its code" entry 6
	changed "a relocation by name" "a relocation that is not relative" relocation 1
	changed "no stack protector" "no stack protector" name __stack_chk_fail __stack_chk_gone
	changed "a system()" "contains system" name writes system
else
	skip "the helper with one fact changed" "no python3"
fi
cp "$netd" "$tmp/cut" && truncate -s 100 "$tmp/cut"
ok "refuses a file that is cut off" sh -c "! sh '$gate' '$tmp/cut' 2>/dev/null"
ok "refuses a file that is not there" sh -c "! sh '$gate' '$tmp/none' 2>/dev/null"
ok "refuses one bad file among good ones" sh -c "! sh '$gate' '$netd' '$tmp/bad' '$netd' 2>/dev/null"

# --- checksec, somebody else's reader of the same facts
if command -v checksec >/dev/null; then
	said=$(timeout 60 checksec --output=json --file="$netd" | tr -d ' \n')
	for fact in relro:full canary:yes nx:yes pie:yes rpath:no runpath:no; do
		case $said in *"\"${fact%:*}\":\"${fact#*:}\""*) agrees=true ;; *) agrees=false ;; esac
		ok "checksec agrees: ${fact%:*} ${fact#*:}" $agrees
	done
	cp /bin/true "$tmp/true" && said=$(timeout 60 checksec --output=json --file="$tmp/true" | tr -d ' \n')
	ok "(checksec sees another program otherwise)" \
		sh -c "case '$said' in *'\"relro\":\"full\",\"canary\":\"yes\",\"nx\":\"yes\",\"pie\":\"yes\"'*) exit 1 ;; esac"
	checksec="checksec agrees on 6 facts"
else
	skip "checksec agrees" "no checksec"
	checksec="checksec absent"
fi

# --- what does not apply, measured
echo "# does not apply: FORTIFY: it lives in the headers of glibc; musl has no checked variant of a function, and" \
	"$(readelf -sW "$netd" | grep -c '_chk$') are linked"
cet=$(readelf -nW "$netd" | grep -c 'IBT\|SHSTK\|BTI')
echo "# does not apply: CET or BTI ($cet notes): an ELF has the mark only if every object has it, and musl's" \
	"start files do not"
echo "# does not apply: RELRO, in effect: the loader or the start-up code would have to ask for it, and that of a" \
	"static musl program does not (the trace in symbols.t has no mprotect); the order of sections is what is left"
summary="the helper passes; $bad bad programs refused; $checksec; FORTIFY and CET do not apply"
[ "$failed" -eq 0 ] || summary="FAILED, see above"
echo "# audit: gate: $summary"
done_testing
