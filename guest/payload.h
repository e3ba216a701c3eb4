/* payload: the bytes that carry an attempt's nonce. */
#ifndef GUEST_PAYLOAD_H
#define GUEST_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attempt;

#define PAYLOAD_MAX 128

/* What to send once connected; returns its length. v6: the flow is IPv6 (ICMP differs). */
size_t payload_build(const struct attempt *a, bool v6, uint8_t ret[static PAYLOAD_MAX]);

/* Is this ICMP message the reply to the echo request that payload_build() made? */
bool payload_is_reply(const struct attempt *a, bool v6, const uint8_t *message, size_t len);

#endif
