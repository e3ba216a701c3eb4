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
	{"allow-mount", 0, "DIR", "mount DIR writable although other users can come to it"},
	{"cpus", 0, "N", "virtual processors"},
	{"memory", 0, "MIB", "memory limit in MiB"},
	{"backend", 0, "smolvm|docker",
		"what runs the agent: a VM, or a container (weaker, it shares the kernel)"},
	{"network", 0, "alias|sealed",
		"how it reaches its bundle: by one address, or without a network card"},
	{"verify", 0, "quick|full", "how much to probe before the agent may start"},
	{"rm", 0, NULL, "stop the bottle when CMD ends"},
	{"dry-run", 0, NULL, "check everything, print every request of a launch, start nothing"},
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
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option ps_options[] = {
	{"all", 'a', NULL, "also other users' bottles"},
	{"quiet", 'q', NULL, "names only, one a line"},
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
	{"dockerfile", 0, NULL, "they are Dockerfiles, whatever they are called"},
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option logs_options[] = {
	{"source", 0, "bundle|machine|launch", "whose words; may be repeated"},
	{"follow", 'f', NULL, "go on until the source ends"},
	{"tail", 'n', "N", "begin with the last N lines"},
	{"since", 0, "TIME", "begin there: 10m, 2h, 2026-11-28T21:00:00Z (not for machine)"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_END,
};

static const struct cmd_option events_options[] = {
	{"follow", 'f', NULL, "go on with what happens from now on"},
	{"since", 0, "TIME", "begin there: 10m, 2h, 2026-11-28T21:00:00Z"},
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option config_options[] = {
	{"origin", 0, NULL, "also where each value comes from, and what is locked"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option pack_options[] = {
	{"older-than", 0, "DURATION", "prune: only what was last used longer ago, as 30m, 12h, 7d"},
	{"keep", 0, "N", "prune: let the N last used stay"},
	{"force", 'f', NULL, "prune: remove what is listed"},
	CMD_OPTION_UNPROVEN,
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option gc_options[] = {
	{"force", 'f', NULL, "remove what is listed"},
	CMD_OPTION_ENGINE,
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option version_options[] = {
	CMD_OPTION_JSON,
	CMD_OPTION_END,
};

static const struct cmd_option doctor_options[] = {
	{"fix", 0, NULL, "offer to repair what bottle can repair itself"},
	{"yes", 'y', NULL, "with --fix: repair without asking"},
	{"report", 0, "FILE", "write a report without names and secrets (- = standard output)"},
	{"backend", 0, "smolvm|docker", "the one that must be ready"},
	{"file", 'f', "FILE",
		"the bottle.yaml whose backend must be ready (default: ./bottle.yaml)"},
	{"bundle-image", 0, "IMAGE", "image for the containers of the proofs"},
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
		launch_options, CMD_MAY_RUN, 0, 1, cmd_launch, NULL},
	{"exec", "[-it] NAME -- CMD...", "Run a command in a running, verified bottle.",
		"The exit code is CMD's own; 125 means that bottle failed before CMD ran. Without "
		"-t, "
		"control\ncharacters that CMD prints to a terminal stand as \\xNN; a pipe or a "
		"file "
		"gets the bytes.",
		exec_options, CMD_RUNS_COMMAND, 1, 1, cmd_exec, "NAME"},
	{"shell", "NAME", "Open a shell in a running, verified bottle.", NULL, shell_options,
		CMD_RUNS_COMMAND, 1, 1, cmd_shell, "NAME"},
	{"stop", "NAME... | --all", "Stop bottles and remove what they are made of.",
		"VM, machine record, bundle, then the network, which is the claim on the address. "
		"Stopping "
		"what is\nnot there is success. Only bottles of this user.",
		stop_options, CMD_PLAIN, 0, 256, cmd_stop, "NAME..."},
	{"ps", "[--all] [--quiet]", "List bottles.", NULL, ps_options, CMD_PLAIN, 0, 0, cmd_ps,
		NULL},
	{"env", "NAME", "Print the bottle's URLs, with the token, as shell assignments.", NULL,
		json_options, CMD_PLAIN, 1, 1, cmd_env, "NAME"},
	{"verify", "NAME [--full]",
		"Judge a running bottle by what this host shows, and probe it again.",
		"Exit 1 when anything forbidden got through or anything expected did not.",
		verify_options, CMD_PLAIN, 1, 1, cmd_verify, "NAME"},
	{"logs", "NAME [--source SOURCE]... [-f] [--tail N] [--since TIME]",
		"Print what the parts of a bottle have said.",
		"bundle is the container's output, machine the console of the VM, launch the "
		"events "
		"of the last\nlaunch, which are there also when it failed. On a terminal control "
		"characters stand as \\xNN; a pipe\nor a file gets the bytes.",
		logs_options, CMD_PLAIN, 1, 1, cmd_logs, "NAME"},
	{"events", "[NAME] [-f] [--since TIME]", "Print what happened to the bottles of this user.",
		"Launches step by step, verdicts, ends and their reasons. With NAME those of that "
		"bottle, and what\nsmolvm denied its VM, while that exists. With --json one "
		"document a line.",
		events_options, CMD_PLAIN, 0, 1, cmd_events, "NAME"},
	{"pool", "[status|ensure|release]", "Show who holds which address; add or remove aliases.",
		NULL, json_options, CMD_PLAIN, 0, 1, cmd_pool, "status|ensure|release"},
	{"allowlist", "show NAME | set NAME [ALIAS/32]",
		"Show or set a stopped machine's stored policy.",
		"set takes the bottle's own ALIAS/32, or nothing, which denies everything.",
		json_options, CMD_PLAIN, 2, 3, cmd_allowlist, "show|set NAME"},
	{"trust", "FILE... | --revoke FILE... | --list",
		"Approve files as they are now: bottle.yaml, packs, Dockerfiles with what they "
		"build "
		"from.",
		"An agent may have written what a launch reads. So a launch takes a bottle.yaml "
		"or a pack only\nif its bytes are those that were approved at this path, or if "
		"root alone can write it. Of a\nDockerfile (Dockerfile, Dockerfile.*, "
		"*.dockerfile) all of its folder counts, after .dockerignore. On\na terminal "
		"launch "
		"shows what changed and asks about a bottle.yaml or Dockerfile; elsewhere "
		"it\nrefuses "
		"(77).",
		trust_options, CMD_PLAIN, 0, 256, cmd_trust, "FILE..."},
	{"pack", "build IMAGE|DIR | ls | prune [--older-than DURATION] [--keep N] [-f]",
		"Pack an image before it is launched; list and remove packs.",
		"A launch packs what it needs by itself and keeps the pack. A word that begins "
		"with / "
		"or . or is a\nfolder here is a folder with a Dockerfile, which is built first. "
		"prune shows what may go and why\nthe rest stays; -f removes it. A pack that a "
		"machine was made from, or that a launch uses, stays.",
		pack_options, CMD_PLAIN, 1, 2, cmd_pack, "build|ls|prune DIR"},
	{"gc", "[-f]", "Show, or with -f remove, what dead launches left.", NULL, gc_options,
		CMD_PLAIN, 0, 0, cmd_gc, NULL},
	{"config", "show [--origin]", "Show the settings in force.",
		"Built-in values, then the administrator's file, then the user's, then --engine. A "
		"place that no\nfile names is searched as a launch would search it.",
		config_options, CMD_PLAIN, 1, 1, cmd_config, "show"},
	{"doctor", "[--backend smolvm|docker] [--fix] [--report FILE]",
		"Check whether this host is ready for bottles.",
		"One line a check: ok, warn, FAIL or skip, and under it the cause and what to "
		"type; at "
		"the end which\nbackends are ready. Exit 0 when the one that is asked for is, by "
		"--backend or an approved\nbottle.yaml, or any when none is; else 1. It starts two "
		"throw-away containers to try the engine,\nand a listener on every address for a "
		"moment to try the packet filter.\n"
		"--fix asks before each repair; it never runs sudo.",
		doctor_options, CMD_PLAIN, 0, 0, cmd_doctor, NULL},
	{"supervise", "NAME", "Watch over a bottle; launch starts it, people do not.",
		"Waits, detached from launch and terminal, for the end of the bundle's container, "
		"its "
		"network or the\nengine, and looks every 5 seconds who listens on the bottle's "
		"address; serves the sockets of a\nsealed bottle. After a loss it kills the VM\nat "
		"once, then removes what the bottle is "
		"made of. The reason is in `bottle ps --json` until the name\nis stopped or "
		"launched again.",
		NULL, CMD_PLAIN, 1, 1, cmd_supervise, NULL},
	{"completion", "bash|zsh|fish", "Print a completion script.",
		"The scripts ask `bottle completion next -- WORD...` what the last word may "
		"become. Names of\n"
		"bottles come from the state folder of this user; no engine is asked.",
		NULL, CMD_MAY_RUN, 1, 1, cmd_completion, "bash|zsh|fish"},
	{"version", "[--json]", "Print the version.", NULL, version_options, CMD_PLAIN, 0, 0,
		cmd_version, NULL},
	{"help", "[COMMAND]", "Explain a command.", NULL, NULL, CMD_PLAIN, 0, 1, cmd_help,
		"COMMAND"},
	{NULL, NULL, NULL, NULL, NULL, CMD_PLAIN, 0, 0, NULL, NULL},
};
