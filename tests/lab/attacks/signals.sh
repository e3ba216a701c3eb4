# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 80-81: signals and timers that the caller left armed, and those that come in the middle.
attack "80 all three timers run, their signals blocked" "$added" timers blocked -- add $A
attack "80 they would go off between the two steps" "$added" timers blocked at="i891c:run=sleep 0.2" -- add $A
attack "80 they would go off before the signals are blocked" "$added
SIG14||
SIG26||
SIG27||" timers at="1:run=sleep 0.2" -- add $A
attack "80 they would, ignored and blocked" "$added" timers ignored blocked at="1:run=sleep 0.2" -- add $A
attack "81 all 64 signals ignored" "$added" ignored -- add $A
attack "81 all 64 signals blocked" "$added" blocked -- add $A
attack "81 all 64 signals blocked and pending" "$added" blocked pending -- add $A
attack "81 all of that" "$added" ignored blocked pending timers -- add $A
attack "81 interrupt, suspend and quit typed at the terminal between the two steps" "0|$A added;|unread=|" \
	tty session at=i891c:keys -- add $A
all=$(seq 1 64 | grep -vxE '9|14|19')
attack "81 root sends all 64 between the two steps: completes" "$added" \
	at="i891c:run=for s in $(echo $all); do kill -\$s \$PID; done" -- add $A
call user="$alice" at="i8916:run=kill -14 \$PID" -- "$netd" add $A
is "81 but SIGALRM, its own deadline, which only root can send: as if killed" "$got|$(state)" \
	"SIG14|||$(with_line "$(line_of $A 8 'secondary ')")"
attack "81 which the next add repairs" "$added" -- add $A
log_clean "80 after signals"
