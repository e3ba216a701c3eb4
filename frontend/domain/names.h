/* The names that a bottle's parts go by, shared with the tool whose backend this is. */
#ifndef DOMAIN_NAMES_H
#define DOMAIN_NAMES_H

#define NAME_PREFIX "bot-bottle-" /* of everything */
#define NAME_CONTAINER_PREFIX "bot-bottle-sidecars-"
#define NAME_NETWORK_PREFIX "bot-bottle-bundle-"
#define NAME_MACHINE_PREFIX "bot-bottle-"
#define NAME_REGISTRY_PREFIX "bot-bottle-registry-" /* container and network of one packing */
#define NAME_AGENT_PREFIX \
	"bot-bottle-agent-" /* backend docker: the agent's container and network */

#define LABEL_SLUG "io.bot-bottle.slug"
#define LABEL_ALIAS "io.bot-bottle.alias"
#define LABEL_OWNER "io.bot-bottle.owner"       /* uid */
#define LABEL_LAUNCHER "io.bot-bottle.launcher" /* launch id */
#define LABEL_BACKEND "io.bot-bottle.backend"
#define BACKEND_SMOLVM "smolvm"
#define BACKEND_DOCKER "docker"
#define BACKEND_DOCTOR "doctor" /* of no bottle: a container that doctor tries something with */
#define LABEL_VERSION "io.bot-bottle.version"
#define LABEL_PROCESS "io.bot-bottle.process" /* of a registry: "PID START BOOT" of who made it */
#define LABEL_REPOSITORY "io.bot-bottle.repository" /* of a registry: what is pushed to it */

#define ENV_DAEMONS "BOT_BOTTLE_SIDECAR_DAEMONS"
#define ENV_TOKEN "BOT_BOTTLE_TOKEN"

#endif
