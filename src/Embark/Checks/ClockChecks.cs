namespace Embark.Checks;

/// <summary>A VM whose clock is wrong refuses its own certificate, or has its token refused.</summary>
internal static class ClockChecks
{
    /// <summary>istiod dates certificates two minutes back (security/pkg/pki/util ClockSkewGracePeriod); beyond that a slow VM calls its certificate "not yet valid".</summary>
    private static readonly TimeSpan Largest = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(30);

    public static void Examine(DateTimeOffset vm, ClockReading clock, Findings found)
    {
        var cluster = clock.ClusterAhead;
        // The VM answers in whole seconds, somewhere between question and answer.
        var skew = vm < clock.Before + cluster - TimeSpan.FromSeconds(1) ? vm - (clock.Before + cluster)
            : vm > clock.After + cluster ? vm - (clock.After + cluster)
            : TimeSpan.Zero;
        if (skew.Duration() <= Noticeable) return;

        var against = cluster == TimeSpan.Zero ? "this machine's" : "the cluster's";
        var text = $"the VM's clock is {Said(skew.Duration())} {(skew < TimeSpan.Zero ? "behind" : "ahead of")} {against}";
        if (skew.Duration() > Largest)
            found.Refuse("clock", $"{text}: certificates would be \"not yet valid\" or expired there", "turn on time synchronisation on the VM (timedatectl set-ntp true, or chrony), then run again");
        else
            found.Warn("clock", text, "turn on time synchronisation on the VM");
    }

    private static string Said(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";
}
