# The examples of install/observe against the programs that they are for. What needs none of these is in tests/tree/observe.t.
.PHONY: check-observe
check-observe: all ## observability examples with a real rsyslogd, logrotate, pySigma, systemd-analyze (as root; a minute)
	install/deps observe
	$(PROVE) $(wildcard tests/observe/*.t)
