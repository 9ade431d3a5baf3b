/**
 * Runs before each file of a project that is named after a platform: `process.platform`, and so `os.platform()`, say that it is the one
 * of `TEST_PLATFORM`. Rules take the platform as an argument, so that nothing changes for them; what does change, asks the machine.
 */
const platform = process.env.TEST_PLATFORM;
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform });
