export type RegistrarEvent =
  /** It stands in the registry. Told anew at another address, and after it was lost. */
  | {
      readonly kind: 'registered';
      readonly registry: string;
      readonly name: string;
      /** Where in the registry. */
      readonly entry: string;
      readonly address: string;
      readonly port: number;
    }
  /** The entry can't be written, or may have gone; it is tried again. */
  | {
      readonly kind: 'register-failed';
      readonly registry: string;
      readonly name: string;
      readonly reason: string;
    };

type WithoutRegistry<Event> = Event extends unknown ? Omit<Event, 'registry'> : never;

/** The same, as one publication knows it. */
export type RegistrarFact = WithoutRegistry<RegistrarEvent>;
