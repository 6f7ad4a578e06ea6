/** How the process of the warehouse ends when it cannot start; a parent reads more from it than a user does. */
export const warehouseExits = {
  failed: 1,
  /** EX_UNAVAILABLE: somebody else listens at its address. */
  listenTaken: 69,
  /** EX_CANTCREAT: another process has its directory. */
  directoryTaken: 73,
  /** EX_CONFIG: another start would fail in the same way. */
  unusable: 78,
} as const
