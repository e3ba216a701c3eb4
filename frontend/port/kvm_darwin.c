/* Hypervisor.framework: sysctl kern.hv_support (Apple's documentation of the framework). Written after it, not run. */
#include "kvm.h"

#include <stddef.h>
#include <sys/sysctl.h>
#include <sys/types.h>

#include "err.h"

int kvm_try(struct error *err)
{
	int support = 0;
	size_t size = sizeof(support);

	if (sysctlbyname("kern.hv_support", &support, &size, NULL, 0) == 0 && support != 0)
		return 0;
	err_set(err, EXIT_UNAVAILABLE, "this Mac has no Hypervisor.framework");
	return err_note(err, "why", "the system says so (kern.hv_support)");
}
