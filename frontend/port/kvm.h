/* Whether this user can make virtual machines here, by making one. */
#ifndef PORT_KVM_H
#define PORT_KVM_H

struct error;

/* Asks the kernel for a virtual machine and gives it back at once: no memory, no processor, nothing runs. On macOS,
 * which gives a process one machine only, the system is asked whether it has the framework. EXIT_UNAVAILABLE,
 * with "why" and "next". */
int kvm_try(struct error *err);

#endif
