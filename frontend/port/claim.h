/* A port of an address kept from everyone else, with nothing behind it. */
#ifndef PORT_CLAIM_H
#define PORT_CLAIM_H

#include <stdint.h>

struct error;

/* Binds TCP PORT of ADDRESS and does not listen: connections are refused, listings of listeners do not have it, and
 * nobody else can bind it until the descriptor is closed. Without SO_REUSEADDR, because two sockets that both have it
 * and do not listen may share a port (socket(7)). The descriptor, or -1: EXIT_AGAIN when somebody has the port. */
int claim_port(const char *address, uint16_t port, struct error *err);

#endif
