// Regions of Caliper, whose library is loaded at run time.
#pragma once

namespace bench {

// False if the library cannot be loaded or is not Caliper's.
bool OpenCaliper(const char* path);

// Only after OpenCaliper.
void BeginCaliperRegion(const char* label);
void EndCaliperRegion(const char* label);

}  // namespace bench
