#pragma once
// Which Sluice this is.

namespace sluice::app {

/// "0.1.0"
const char* version();
/// The commit it was built from, abbreviated; "" when it was not built from a checkout.
const char* commit();

}  // namespace sluice::app
