/** Who may make an account: everybody, who is invited, or nobody. */
export const registrationPolicies = ["open", "invite", "closed"] as const;

export type RegistrationPolicy = (typeof registrationPolicies)[number];
