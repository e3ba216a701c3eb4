/* The table of commands. */
#include "command.h"

static const struct cmd_option launch_options[] = {
	{"file", 'f', "FILE", "bottle.yaml to use (default: ./bottle.yaml if it exists)"},
	{"image", 0, "IMAGE", "agent image from the local engine"},
	{"dockerfile", 0, "FILE", "build the agent image from this file"},
	{"pack", 0, "FILE", "agent from a .smolmachine pack"},
	{"bundle-image", 0, "IMAGE", "sidecar bundle's image"},
	{"publish", 0, "NAME=PORT", "publish the bundle's PORT as proxy, git or supervise"},
	{"env", 'e', "K[=V]", "variable for the agent (stored in clear)"},
	{"mount", 0, "H:G[:ro]", "mount the folder H at G in the VM"},
	{"cpus", 0, "N", "virtual processors"},
	{"memory", 0, "MIB", "memory limit in MiB"},
	{"backend", 0, "NAME", "smolvm"},
	{"network", 0, "NAME", "alias"},
	{"verify", 0, "quick|full", "how much to probe before the agent may start"},
	{"rm", 0, NULL, "stop the bottle when CMD ends"},
	{"dry-run", 0, NULL, "check everything, start nothing, say what would be done"},
	{"timings", 0, NULL, "print how long each step took"},
	{"keep-on-fail", 0, NULL,
		"leave logs and records of a failed launch; the VM is stopped all the same"},
	CMD_OPTION_UNPROVEN,
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option exec_options[] = {
	{"interactive", 'i', NULL, "keep stdin open"},
	{"tty", 't', NULL, "give the command a terminal"},
	{"raw", 0, NULL, "do not escape what it prints to this terminal"},
	{"env", 'e', "K[=V]", "variable for this command"},
	{"user", 'u', "USER", "run as this user of the image"},
	{"workdir", 'w', "DIR", "start in this folder"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_END,
};

static const struct cmd_option shell_options[] = {
	{"user", 'u', "USER", "run as this user of the image"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_END,
};

static const struct cmd_option stop_options[] = {
	{"all", 'a', NULL, "every bottle of this user"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_END,
};

static const struct cmd_option ps_options[] = {
	{"all", 'a', NULL, "also other users' bottles"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option json_options[] = {
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option verify_options[] = {
	{"full", 0, NULL, "also the slow and the unlikely probes"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option trust_options[] = {
	{"list", 'l', NULL, "show what is trusted"},
	{"revoke", 0, NULL, "trust the files no longer"},
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option gc_options[] = {
	{"force", 'f', NULL, "remove what is listed"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option doctor_options[] = {
	{"fix", 0, NULL, "offer to repair what bottle can repair itself"},
	{"yes", 'y', NULL, "with --fix: repair without asking"},
	{"report", 0, "FILE", "write a report without names and secrets (- = standard output)"},
	{"bundle-image", 0, "IMAGE", "image for the container of the publish proof"},
	CMD_OPTION_UNPROVEN,
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

const struct command commands[] = {
	{"launch", "[NAME] [-f bottle.yaml] [OPTION...] [-- CMD...]",
		"Start a bottle, prove its isolation from inside, then run CMD in it.",
		"Without CMD the bottle stays up and launch ends when it is ready. A bottle is "
		"disposable: "
		"what must\noutlive `bottle stop` lives in a mount. With CMD the exit code is "
		"CMD's own; 125 means "
		"that bottle\nfailed before CMD ran. NAME may also be the `name:` of bottle.yaml.",
		launch_options, CMD_MAY_RUN, 0, 1, cmd_launch},
	{"exec", "[-it] NAME -- CMD...", "Run a command in a running, verified bottle.",
		"The exit code is CMD's own; 125 means that bottle failed before CMD ran. Without "
		"-t, "
		"control\ncharacters that CMD prints to a terminal stand as \\xNN; a pipe or a "
		"file "
		"gets the bytes.",
		exec_options, CMD_RUNS_COMMAND, 1, 1, cmd_exec},
	{"shell", "NAME", "Open a shell in a running, verified bottle.", NULL, shell_options,
		CMD_RUNS_COMMAND, 1, 1, cmd_shell},
	{"stop", "NAME... | --all", "Stop bottles and remove what they are made of.",
		"VM, machine record, bundle, then the network, which is the claim on the address. "
		"Stopping "
		"what is\nnot there is success. Only bottles of this user.",
		stop_options, CMD_PLAIN, 0, 256, cmd_stop},
	{"ps", "[--all]", "List bottles.", NULL, ps_options, CMD_PLAIN, 0, 0, cmd_ps},
	{"env", "NAME", "Print the bottle's URLs, with the token, as shell assignments.", NULL,
		json_options, CMD_PLAIN, 1, 1, cmd_env},
	{"verify", "NAME", "Probe a running bottle's isolation again.",
		"Exit 1 when anything forbidden got through or anything expected did not.",
		verify_options, CMD_PLAIN, 1, 1, cmd_verify},
	{"pool", "[status|ensure|release]", "Show who holds which address; add or remove aliases.",
		NULL, json_options, CMD_PLAIN, 0, 1, cmd_pool},
	{"allowlist", "show NAME | set NAME [ALIAS/32]",
		"Show or set a stopped machine's stored policy.",
		"set takes the bottle's own ALIAS/32, or nothing, which denies everything.",
		json_options, CMD_PLAIN, 2, 3, cmd_allowlist},
	{"trust", "FILE... | --revoke FILE... | --list",
		"Approve files as they are now: bottle.yaml, packs.",
		"An agent may have written what a launch reads. So a launch takes a bottle.yaml "
		"or a pack only\nif its bytes are those that were approved at this path, or if "
		"root alone can write it. On a\nterminal it shows what changed and asks about a "
		"bottle.yaml; elsewhere it refuses (77).",
		trust_options, CMD_PLAIN, 0, 256, cmd_trust},
	{"gc", "[-f]", "Show, or with -f remove, what dead launches left.", NULL, gc_options,
		CMD_PLAIN, 0, 0, cmd_gc},
	{"doctor", "[--fix] [--report FILE]", "Check whether this host is ready for bottles.",
		"One line a check: ok, warn, FAIL or skip, and under it the cause and what to "
		"type. "
		"Exit 0 when no\ncheck fails, else 1. It starts a throw-away container to try the "
		"engine, and a listener on every\naddress for a moment to try the packet filter. "
		"--fix asks before each repair; it never runs sudo.",
		doctor_options, CMD_PLAIN, 0, 0, cmd_doctor},
	{"supervise", "NAME", "Watch over a bottle; launch starts it, people do not.",
		"Waits, detached from launch and terminal, for the end of the bundle's container, "
		"its "
		"network or the\nengine, and looks every 5 seconds who listens on the bottle's "
		"address. After a loss it kills the VM\nat once, then removes what the bottle is "
		"made of. The reason is in `bottle ps --json` until the name\nis stopped or "
		"launched again.",
		NULL, CMD_PLAIN, 1, 1, cmd_supervise},
	{"completion", "bash|zsh|fish", "Print a completion script.", NULL, NULL, CMD_PLAIN, 1, 1,
		cmd_completion},
	{"version", "", "Print the version.", NULL, NULL, CMD_PLAIN, 0, 0, cmd_version},
	{"help", "[COMMAND]", "Explain a command.", NULL, NULL, CMD_PLAIN, 0, 1, cmd_help},
	{NULL, NULL, NULL, NULL, NULL, CMD_PLAIN, 0, 0, NULL},
};
