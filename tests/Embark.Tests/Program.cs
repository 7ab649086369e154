using Embark.Tests.Ssh;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// As xunit's own entry point, but for the tests that need a second process of ours.
if (await ChildSession.RunIfAskedAsync())
    return 0;
return args.Any(argument => argument is "--server" or "--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, Embark.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
