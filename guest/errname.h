/* errname: errno to its symbolic name, for the errors that sockets and routes give. */
#ifndef GUEST_ERRNAME_H
#define GUEST_ERRNAME_H

/* NULL for one that is not in the table. */
const char *errname(int err);

#endif
