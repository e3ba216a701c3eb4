/* KVM by its own interface: linux/kvm.h, Documentation/virt/kvm/api.rst. */
#include "kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"

static const char device[] = "/dev/kvm";

static int cannot_open(struct error *err)
{
	int why = errno;

	err_errno(err, EXIT_UNAVAILABLE, "open %s for reading and writing", device);
	if (why == EACCES || why == EPERM) {
		err_note(err, "why", "it is for root and one group, which this user is not in");
		return err_note(err, "next",
			"sudo usermod -aG \"$(stat -c %%G %s)\" \"$USER\", then log in again",
			device);
	}
	err_note(err, "why",
		"no module drives this processor's virtualisation, or the firmware has it switched "
		"off, or this is a virtual machine without nesting");
	return err_note(err, "next", "sudo modprobe kvm_intel, or kvm_amd");
}

int kvm_try(struct error *err)
{
	cleanup_fd int kvm = open(device, O_RDWR | O_CLOEXEC);
	cleanup_fd int vm = -1;

	if (kvm < 0)
		return cannot_open(err);
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return err_set(
			err, EXIT_UNAVAILABLE, "%s does not speak KVM's only API version", device);
	vm = ioctl(kvm, KVM_CREATE_VM, 0UL);
	if (vm >= 0)
		return 0;
	err_errno(err, EXIT_UNAVAILABLE, "make a virtual machine with %s", device);
	return err_note(err, "why",
		"another hypervisor may have the processor's virtualisation, or memory is short");
}
