/* The least that sixteen addresses cost: a process that makes the 32 ioctls and looks at nothing. No check, no
 * step down from root, no filter, no output. bench/helper runs it beside the helper, built and installed alike. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "pool.h"

static bool change(int sock, unsigned long command, unsigned octet, uint32_t number)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(number)}};
	struct ifreq request = {.ifr_name = "lo:"};
	char *at = request.ifr_name + 3;

	if (octet >= 100)
		*at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (char)('0' + octet / 10 % 10);
	*at = (char)('0' + octet % 10);
	memcpy(&request.ifr_addr, &in, sizeof(in));
	return ioctl(sock, (int)command, &request) == 0;
}

int main(void)
{
	int sock = socket(AF_INET, SOCK_DGRAM, 0);

	for (unsigned octet = POOL_FIRST; octet <= POOL_LAST; octet++)
		if (!change(sock, SIOCSIFADDR, octet, 0x7f000000U | octet) ||
			!change(sock, SIOCSIFNETMASK, octet, 0xffffffffU))
			return 1;
	return 0;
}
