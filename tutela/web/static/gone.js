"use strict";
// Whoever logs in here is nobody yet: what a session before kept in this tab is gone.
for (const kept of Object.keys(sessionStorage)) {
  if (kept.startsWith("tutela-draft-")) sessionStorage.removeItem(kept);
}
