// A record of the journal says where it comes from by itself; the place in a C file would be wrong.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
