# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 15-46: the grammar of an address. Neither stdout, stderr nor the log has a byte of any of them.
for last in 15 32; do attack "15 127.0.0.$last" "$outside" -- add 127.0.0.$last; done
for last in 0 1 255 2 53 54; do attack "16 127.0.0.$last" "$outside" -- remove 127.0.0.$last; done
for address in 0.0.0.0 255.255.255.255; do attack "17 $address" "$outside" -- add $address; done
for address in 126.0.0.20 128.0.0.20 127.0.1.20 127.1.0.20 10.0.2.15 224.0.0.1; do
	attack "18 $address" "$outside" -- add $address
done
# refuse NN TEXT...: as the address of an add
refuse() {
	local number=$1 text
	shift
	for text; do
		attack "$number '$(printf %q "${text:0:40}")'" "$bad" -- add "$text"
	done
}
refuse 19 127.20 127.0.20 127
refuse 20 2130706452
refuse 21 0x7f.0.0.20 0x7f000014 127.0.0.0x14
refuse 22 0177.0.0.024 127.0.0.024 0127.0.0.20
refuse 23 127.0.0.020 127.000.000.020 127.00.0.20
refuse 24 127.0.0.20.
refuse 25 .127.0.0.20
refuse 26 127..0.20 127.0..20 127.0.0..
refuse 27 127.0.0.20.20 127.0.0.0.20
refuse 28 127.0.0.20x 127.0.0.20/32 127.0.0.20:80 127.0.0.20%lo '127.0.0.20 ' 127.0.0.20,127.0.0.21
refuse 29 ' 127.0.0.20' $'\t127.0.0.20' $'\n127.0.0.20' $'\r127.0.0.20' $'127.0.0.20\n' $'127.0.0.20\r'
refuse 31 $'127.0.0.20\e[2J' $'\e]0;mark-qZ7\a' $'127.0.0.2\b0'
refuse 32 $'127.0.0.20\x80' $'\xff27.0.0.20' $'127.0.0.\xc0\xb20' $'\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.20' \
	$'127\xc2\xb70.0.20'
refuse 36 +127.0.0.20 127.0.0.+20 -127.0.0.20 127.0.0.-20 -0
attack "39 4 KiB of digits" "$bad" -- add @rep:4096:1
attack "39 128 KiB of digits" "$bad" -- add @rep:131071:9
attack "39 128 KiB of zeros before an address" "$bad" -- add "$(printf '127.0.0.%0131000d' 20)"
refuse 39 127.0.0.276 127.0.0.4294967316 4294967423.0.0.20 127.0.0.18446744073709551636 127.256.0.20 383.0.0.20
refuse 40 1.6e1 127.0.0.2e1 127.0.0.20.0 127.0.0,20 1e2.0.0.20
refuse 41 ::1 ::ffff:127.0.0.20 ::127.0.0.20 '[127.0.0.20]' 0:0:0:0:0:ffff:7f00:0014 fe80::1%lo
refuse 42 localhost bottle 127.0.0.20.nip.io lo 20.0.0.127.in-addr.arpa
refuse 43 ''
refuse 46 20 lo:20 lo '*' '127.0.0.*' 127.0.0.16-31 127.0.0.16/28
log_clean "31 after hostile addresses"
