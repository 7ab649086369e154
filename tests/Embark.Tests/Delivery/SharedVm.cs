namespace Embark.Tests.Delivery;

/// <summary>One VM for the tests of a class, reset before each. It starts when the first test asks, so that a skip is that test's.</summary>
public sealed class SharedVm : IAsyncDisposable
{
    private DockerVm? _vm;

    /// <summary>The VM as if fresh.</summary>
    internal async Task<DockerVm> FreshAsync(bool docker = true)
    {
        _vm ??= await DockerVm.StartAsync(TestContext.Current.CancellationToken, docker);
        await _vm.ResetAsync();
        return _vm;
    }

    public async ValueTask DisposeAsync()
    {
        if (_vm is not null) await _vm.DisposeAsync();
    }
}
